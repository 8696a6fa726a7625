/*
 * The program the official conformance suite starts: reads one ServerCompatRequest from standard input, serves the
 * conformance service through the adapter, behind our listener, on a free loopback port, and tells where in a
 * ServerCompatResponse. `ADAPTER=off` sends everything through Connect's own adapter.
 */
import type { TLSSocket } from "node:tls";
import { create, createRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type CallHead, createUnaryAdapter } from "../../../src/transport/adapter/index.js";
import { DEFAULT_LIMITS } from "../../../src/transport/limits.js";
import { createListener, type Listener } from "../../../src/transport/listener.js";
import type { TlsMaterial } from "../../../src/transport/tls-listener.js";
import { conformanceService } from "./conformance-service.js";
import type { ServerCompatRequest } from "./gen/connectrpc/conformance/v1/server_compat_pb.js";
import {
  ServerCompatRequestSchema,
  ServerCompatResponseSchema,
} from "./gen/connectrpc/conformance/v1/server_compat_pb.js";
import {
  ConformanceService,
  file_connectrpc_conformance_v1_service,
} from "./gen/connectrpc/conformance/v1/service_pb.js";

/** Our listener with the limits that the service runs with: the suite's clients are honest ones. */
function createServer(request: ServerCompatRequest): Listener {
  const adapter = createUnaryAdapter({
    enabled: process.env.ADAPTER !== "off",
    routes: (router) => router.service(ConformanceService, conformanceService),
    jsonOptions: { registry: createRegistry(file_connectrpc_conformance_v1_service) },
    ...(request.messageReceiveLimit > 0 ? { readMaxBytes: request.messageReceiveLimit } : {}),
    ...(request.clientTlsCert.byteLength > 0 ? { authorize: requireClientCertificate } : {}),
  });
  return createListener({
    onStream: adapter.onStream,
    onRequest: adapter.onRequest,
    limits: DEFAULT_LIMITS,
    tls: tlsMaterial(request),
  });
}

/** The listener lets clients in without a certificate, as nobody: here every call must come with one that holds. */
function requireClientCertificate({ socket }: CallHead): undefined {
  if ((socket as TLSSocket | undefined)?.authorized !== true) {
    throw new ConnectError("no client certificate", Code.Unauthenticated);
  }
}

/** The suite sends its certificates as PEM, and the one that clients show as the authority that signed it. */
function tlsMaterial({ serverCreds, clientTlsCert }: ServerCompatRequest): TlsMaterial | undefined {
  if (serverCreds === undefined) return undefined;
  const pem = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  return {
    cert: pem(serverCreds.cert),
    key: pem(serverCreds.key),
    ...(clientTlsCert.byteLength > 0 && { clientCa: pem(clientTlsCert) }),
  };
}

async function readRequest(): Promise<ServerCompatRequest> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.byteLength >= 4 && bytes.byteLength >= 4 + bytes.readUInt32BE()) {
      return fromBinary(ServerCompatRequestSchema, bytes.subarray(4, 4 + bytes.readUInt32BE()));
    }
  }
  throw new Error("standard input ended before the request was complete");
}

/** The suite ends its servers, unless it was ended itself. */
const LIFETIME_MS = 600_000;

setTimeout(() => process.exit(1), LIFETIME_MS);
const request = await readRequest();
const { address, port } = await createServer(request).listen(0, "127.0.0.1");
const response = create(ServerCompatResponseSchema, {
  host: address,
  port,
  pemCert: request.serverCreds?.cert ?? new Uint8Array(),
});
const bytes = toBinary(ServerCompatResponseSchema, response);
const length = Buffer.alloc(4);
length.writeUInt32BE(bytes.byteLength);
process.stdout.write(Buffer.concat([length, bytes]));
process.on("SIGTERM", () => process.exit(0));

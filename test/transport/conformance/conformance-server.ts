/*
 * The program the official conformance suite starts: reads one ServerCompatRequest from standard input, serves the
 * conformance service through the adapter on a free loopback port, and tells where in a ServerCompatResponse.
 * `ADAPTER=off` sends everything through Connect's own adapter.
 */
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import net from "node:net";
import tls from "node:tls";
import { create, createRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createUnaryAdapter } from "../../../src/transport/adapter/index.js";
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

const PREFACE_START = "PRI";

/** One port for HTTP/1.1 and HTTP/2: by ALPN with TLS, by the first bytes without. */
function createServer(request: ServerCompatRequest): Server {
  const adapter = createUnaryAdapter({
    enabled: process.env.ADAPTER !== "off",
    routes: (router) => router.service(ConformanceService, conformanceService),
    jsonOptions: { registry: createRegistry(file_connectrpc_conformance_v1_service) },
    ...(request.messageReceiveLimit > 0 ? { readMaxBytes: request.messageReceiveLimit } : {}),
  });
  const http1Server = http.createServer({ keepAliveTimeout: 60_000 }, adapter.onRequest);
  const http2Server = http2.createServer().on("stream", adapter.onStream);
  const serve = (socket: Socket, isHttp2: boolean) => {
    socket.on("error", () => socket.destroy());
    (isHttp2 ? http2Server : http1Server).emit("connection", socket);
  };
  if (request.serverCreds !== undefined) {
    const { cert, key } = request.serverCreds;
    const clientCert = request.clientTlsCert;
    return tls.createServer(
      {
        ALPNProtocols: ["h2", "http/1.1"],
        cert: Buffer.from(cert),
        key: Buffer.from(key),
        ...(clientCert.byteLength > 0
          ? { ca: Buffer.from(clientCert), requestCert: true, rejectUnauthorized: true }
          : {}),
      },
      (socket) => serve(socket, socket.alpnProtocol === "h2"),
    );
  }
  return net.createServer((socket) => {
    // Three bytes tell: no HTTP/1.1 method begins with those of HTTP/2's preface.
    let start = Buffer.alloc(0);
    const sniff = () => {
      start = Buffer.concat([start, socket.read() ?? Buffer.alloc(0)]);
      if (start.byteLength < PREFACE_START.length) return;
      socket.off("readable", sniff);
      socket.unshift(start);
      serve(socket, start.subarray(0, PREFACE_START.length).toString() === PREFACE_START);
    };
    socket.on("readable", sniff);
  });
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

const request = await readRequest();
const server = createServer(request);
server.listen(0, "127.0.0.1", () => {
  const response = create(ServerCompatResponseSchema, {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    pemCert: request.serverCreds?.cert ?? new Uint8Array(),
  });
  const bytes = toBinary(ServerCompatResponseSchema, response);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  process.stdout.write(Buffer.concat([length, bytes]));
});
process.on("SIGTERM", () => process.exit(0));

/** secure-token-service/client: the client for Node, gRPC over HTTP/2 unless told otherwise. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { ConnectionOptions } from "node:tls";
import type { Interceptor, Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { refuseUnknownOptions, requireOneOf } from "../values/known-options.js";
import { parseAddress, parseGrpcAddress, type ServerAddress } from "./address.js";
import { type ApiKey, apiKeyInterceptors, refuseKeyInClear } from "./api-key.js";
import type { CallHook } from "./call-hook.js";
import { DETAIL_JSON } from "./error-details.js";
import { toNodeKeySource } from "./node-key-file.js";
import { probePlaintext } from "./node-probe.js";
import { refuseUnusableTls } from "./node-tls.js";
import { createPersistentTransport } from "./persistent-transport.js";
import { SecureTokenClient } from "./token-client.js";

export * from "./public-api.js";

/** A batch of 1,000 tokens, each with all the data a token may carry, stays well below. In bytes. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
/** How often a connection with calls under way is probed, in milliseconds. */
const PING_INTERVAL_MS = 60_000;

/** How a Node program reaches a server. */
export interface NodeClientOptions {
  /**
   * Where the service is: `host:port`, `http://host[:port]` or `https://host[:port]`. `host:port` stands for
   * TLS, but for plaintext on loopback. Connect and gRPC-Web take a URL with a path, gRPC does not. Several
   * servers take turns; a call that one of them does not take goes to the next, and one that let a deadline
   * pass is asked last for a while.
   */
  readonly baseUrl: string | readonly string[];
  /**
   * The caller's own credential, sent as a bearer token: a text, or a function that is asked for every
   * call. Default none.
   */
  readonly apiKey?: ApiKey | undefined;
  /** A file that holds the API key, in the place of `apiKey`. It is read again when it changes. Default none. */
  readonly apiKeyFile?: string | undefined;
  /**
   * Is told why the file of `apiKeyFile` cannot be read any more: once until it can be read again, or fails in
   * another way. The key read last is sent meanwhile, and a refusal of it says so. Default: nobody is.
   */
  readonly onKeyFileFault?: ((fault: string) => void) | undefined;
  /** Lets an API key travel in the clear to another machine, in a network that is trusted. Default false. */
  readonly insecure?: boolean | undefined;
  /** Default "grpc". */
  readonly protocol?: "grpc" | "grpc-web" | "connect" | undefined;
  /** Protobuf's binary format rather than JSON. Default true. */
  readonly useBinaryFormat?: boolean | undefined;
  /** Default "2"; gRPC has no other. */
  readonly httpVersion?: "1.1" | "2" | undefined;
  /** Milliseconds until a call is given up, above 0, at most 60,000. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /**
   * TLS as Node takes it: `ca` for a private authority, `cert` and `key` for mTLS, each the text of a PEM
   * file. Default Node's.
   */
  readonly nodeOptions?: ConnectionOptions | undefined;
  /** Is told of each call once it has ended, further tries included, for metrics. Default: nobody is. */
  readonly onCall?: CallHook | undefined;
  /** Connect interceptors, the first the outermost. Default none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
}

const OPTIONS: readonly (keyof NodeClientOptions)[] = [
  "baseUrl",
  "apiKey",
  "apiKeyFile",
  "onKeyFileFault",
  "insecure",
  "protocol",
  "useBinaryFormat",
  "httpVersion",
  "defaultTimeoutMs",
  "nodeOptions",
  "onCall",
  "interceptors",
];

/**
 * A client that keeps one connection a server (HTTP/1.1: a pool) and opens it with the first call. An idle
 * one does not keep a program from ending; `close()` ends it at once. A call that meets a server which is
 * away or shutting down is sent again until its deadline; a RefreshToken that revokes only where the server
 * has not looked at it.
 * @throws TypeError for an option that does not exist or cannot work.
 */
export function createSecureTokenClient(options: NodeClientOptions): SecureTokenClient {
  refuseUnknownOptions("createSecureTokenClient", options, OPTIONS);
  const { protocol = "grpc", httpVersion = "2", defaultTimeoutMs, onCall } = options;
  const parse = protocol === "grpc" ? parseGrpcAddress : parseAddress;
  const addresses = [options.baseUrl].flat().map((text) => parse(text, "baseUrl"));
  if (addresses.length === 0) throw new TypeError("baseUrl must name a server");
  requireOneOf("protocol", protocol, ["grpc", "grpc-web", "connect"]);
  requireOneOf("httpVersion", httpVersion, ["1.1", "2"]);
  if (protocol === "grpc" && httpVersion !== "2") throw new TypeError("gRPC needs httpVersion 2");
  refuseUnusableTls(options.nodeOptions);
  const keys = toNodeKeySource(options);
  refuseKeyInClear(options, addresses, keys);
  const servers = addresses.map((address) => {
    const connect = httpVersion === "2" ? http2Connection : http1Connection;
    const { close, ...transportOptions } = connect(address.url, options);
    const transport = createTransport(protocol, {
      baseUrl: address.url,
      useBinaryFormat: options.useBinaryFormat ?? true,
      interceptors: [...(options.interceptors ?? []), ...apiKeyInterceptors(keys)],
      jsonOptions: DETAIL_JSON,
      // Ciphertext does not shrink, and what inflates could be made to inflate without end.
      acceptCompression: [],
      readMaxBytes: MAX_RESPONSE_BYTES,
      ...transportOptions,
    });
    return { transport, diagnose: diagnosisOf(address), close };
  });
  const close = () => {
    for (const server of servers) server.close();
  };
  return new SecureTokenClient(createPersistentTransport(servers), {
    defaultTimeoutMs,
    onCall,
    close,
  });
}

/** Errors of TLS tell what is wrong. In plaintext the server's first byte does. */
function diagnosisOf({ isSecure, url }: ServerAddress) {
  if (isSecure) return undefined;
  const { hostname, port } = new URL(url);
  return () => probePlaintext(hostname.replace(/^\[|\]$/g, ""), Number(port || 80));
}

type TransportOptions = Parameters<typeof createConnectTransport>[0];

function createTransport(protocol: "grpc" | "grpc-web" | "connect", options: TransportOptions) {
  const transports = {
    grpc: createGrpcTransport as (options: TransportOptions) => Transport,
    "grpc-web": createGrpcWebTransport,
    connect: createConnectTransport,
  };
  return transports[protocol](options);
}

function http2Connection(baseUrl: string, { nodeOptions }: NodeClientOptions) {
  const pings = { pingIntervalMs: PING_INTERVAL_MS };
  const sessionManager = new Http2SessionManager(baseUrl, pings, nodeOptions);
  return { httpVersion: "2" as const, sessionManager, close: () => sessionManager.abort() };
}

function http1Connection(baseUrl: string, { nodeOptions }: NodeClientOptions) {
  const agent =
    new URL(baseUrl).protocol === "https:"
      ? new HttpsAgent({ ...nodeOptions, keepAlive: true })
      : new HttpAgent({ keepAlive: true });
  return { httpVersion: "1.1" as const, nodeOptions: { agent }, close: () => agent.destroy() };
}

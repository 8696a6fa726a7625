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
import { apiKeyInterceptors } from "./api-key.js";
import { DETAIL_JSON } from "./error-details.js";
import { createFailoverTransport } from "./failover-transport.js";
import { retryUnavailable } from "./retry.js";
import { SecureTokenClient } from "./token-client.js";

export * from "./public-api.js";

/** A batch of 1,000 tokens, each with all the data a token may carry, stays well below. In bytes. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
/** How often a connection with calls under way is probed, in milliseconds. */
const PING_INTERVAL_MS = 60_000;

/** How a Node program reaches a server. */
export interface NodeClientOptions {
  /**
   * Where the service is: `http://127.0.0.1:8080`, `https://tokens.example.com`. Several servers take
   * turns; a call that one of them does not take, because it cannot be reached or is shutting down,
   * goes to the next.
   */
  readonly baseUrl: string | readonly string[];
  /** The caller's own credential, sent as a bearer token. Default none. */
  readonly apiKey?: string | undefined;
  /** Default "grpc". */
  readonly protocol?: "grpc" | "grpc-web" | "connect" | undefined;
  /** Protobuf's binary format rather than JSON. Default true. */
  readonly useBinaryFormat?: boolean | undefined;
  /** Default "2"; gRPC has no other. */
  readonly httpVersion?: "1.1" | "2" | undefined;
  /** Milliseconds until a call is given up. 0 or less: never. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** TLS as Node takes it: `ca` for a private authority, `cert` and `key` for mTLS. Default Node's. */
  readonly nodeOptions?: ConnectionOptions | undefined;
  /** Connect interceptors, the first the outermost. Default none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
}

/**
 * A client that keeps one connection a server (HTTP/1.1: a pool) and opens it with the first call. An idle one
 * does not keep a program from ending; `close()` ends it at once. A call that meets UNAVAILABLE is tried
 * again, up to three times in all, or at the next server; RefreshToken is not.
 * @throws TypeError for a `baseUrl`, `apiKey` or `httpVersion` that cannot work.
 */
export function createSecureTokenClient(options: NodeClientOptions): SecureTokenClient {
  const { protocol = "grpc", httpVersion = "2", defaultTimeoutMs } = options;
  const baseUrls = [options.baseUrl].flat().map(checkBaseUrl);
  if (baseUrls.length === 0) throw new TypeError("baseUrl must name a server");
  if (protocol === "grpc" && httpVersion !== "2") throw new TypeError("gRPC needs httpVersion 2");
  const servers = baseUrls.map((baseUrl) => {
    const connect = httpVersion === "2" ? http2Connection : http1Connection;
    const { close, ...transportOptions } = connect(baseUrl, options);
    const transport = createTransport(protocol, {
      baseUrl,
      useBinaryFormat: options.useBinaryFormat ?? true,
      interceptors: [
        ...(options.interceptors ?? []),
        ...apiKeyInterceptors(options.apiKey),
        // Where there are several servers, the next one is tried instead.
        ...(baseUrls.length === 1 ? [retryUnavailable] : []),
      ],
      jsonOptions: DETAIL_JSON,
      // Ciphertext does not shrink, and what inflates could be made to inflate without end.
      acceptCompression: [],
      readMaxBytes: MAX_RESPONSE_BYTES,
      ...transportOptions,
    });
    return { transport, close };
  });
  const transport = createFailoverTransport(servers.map((server) => server.transport));
  const close = () => {
    for (const server of servers) server.close();
  };
  return new SecureTokenClient(transport, { defaultTimeoutMs, close });
}

function checkBaseUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : undefined;
  if (protocol === "http:" || protocol === "https:") return text;
  throw new TypeError("baseUrl must be an http:// or https:// URL");
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

/** secure-token-service/client/grpc-js: the client over @grpc/grpc-js, for programs that use it already. */
import type { Interceptor } from "@connectrpc/connect";
import { type ChannelCredentials, type ChannelOptions, Client, credentials } from "@grpc/grpc-js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { apiKeyInterceptors } from "./api-key.js";
import { createGrpcJsTransport } from "./grpc-js-transport.js";
import { SecureTokenClient } from "./token-client.js";

export * from "./public-api.js";
export { createGrpcJsTransport };

/** How a gRPC channel reaches a server. */
export interface GrpcJsClientOptions {
  /**
   * An `http://` or `https://` URL, which says whether TLS is used; or an address as gRPC spells them
   * (`tokens.example.com:443`, `dns:///…`, `unix:…`), which needs `credentials`.
   */
  readonly address: string;
  /** TLS or not, and with which certificates. Default: what the URL says, with Node's authorities. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Options of the channel, laid over those of this client. Default none. */
  readonly channelOptions?: ChannelOptions | undefined;
  /** The caller's own credential, sent as a bearer token. Default none. */
  readonly apiKey?: string | undefined;
  /** Milliseconds until a call is given up. 0 or less: never. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Connect interceptors, the first the outermost. Default none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
}

/** A SecureTokenClient that also gives its gRPC client away. */
export interface GrpcJsTokenClient extends SecureTokenClient {
  /** The client of @grpc/grpc-js: its channel's state, and calls of its own making. */
  readonly grpc: Client;
}

/**
 * A client with one gRPC channel, which connects with the first call. `close()` ends the channel for
 * good. Calls that find no connection are tried again by gRPC itself, up to three times.
 * @throws TypeError for an `address` or `apiKey` that cannot work.
 */
export function createSecureTokenClient(options: GrpcJsClientOptions): GrpcJsTokenClient {
  const { address, secure } = parseAddress(options.address);
  if (secure === undefined && options.credentials === undefined) {
    throw new TypeError("an address that is no http:// or https:// URL needs credentials");
  }
  const byUrl = secure ? credentials.createSsl() : credentials.createInsecure();
  const grpc = new Client(address, options.credentials ?? byUrl, {
    ...CHANNEL_OPTIONS,
    ...options.channelOptions,
  });
  const interceptors = [...(options.interceptors ?? []), ...apiKeyInterceptors(options.apiKey)];
  const baseUrl = `${secure === false ? "http" : "https"}://${address}`;
  const transport = createGrpcJsTransport(grpc, baseUrl, interceptors);
  const { defaultTimeoutMs } = options;
  const client = new SecureTokenClient(transport, { defaultTimeoutMs, close: () => grpc.close() });
  return Object.assign(client, { grpc });
}

/**
 * What may be tried again when the connection fails: all but RefreshToken, whose second try would
 * find the old token revoked when only the first answer was lost.
 */
const RETRIED_METHODS = TokenService.methods
  .filter((method) => method !== TokenService.method.refreshToken)
  .map(({ name }) => ({ service: TokenService.typeName, method: name }));

const CHANNEL_OPTIONS: ChannelOptions = {
  // Probes a connection with calls under way; servers take more frequent pings for a flood.
  "grpc.keepalive_time_ms": 60_000,
  "grpc.keepalive_timeout_ms": 10_000,
  // A server that restarts is back within seconds; gRPC's own pause grows to two minutes, and while
  // it lasts a second server's restart leaves a client without any.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // A batch of 1,000 tokens, each with all the data a token may carry, stays well below.
  "grpc.max_receive_message_length": 16 * 1024 * 1024,
  // How to retry is said here, not in DNS.
  "grpc.service_config_disable_resolution": 1,
  "grpc.service_config": JSON.stringify({
    methodConfig: [
      {
        name: RETRIED_METHODS,
        retryPolicy: {
          maxAttempts: 3,
          initialBackoff: "0.1s",
          maxBackoff: "1s",
          backoffMultiplier: 2,
          retryableStatusCodes: ["UNAVAILABLE"],
        },
      },
    ],
  }),
};

/** A URL's host and port, as gRPC knows no default port for "http"; any other address as it is. */
function parseAddress(text: string): { address: string; secure?: boolean } {
  if (!/^https?:/i.test(text)) return { address: text };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.pathname !== "/") throw new TypeError("address must be a URL without a path");
  const secure = url.protocol === "https:";
  return { address: `${url.hostname}:${url.port || (secure ? 443 : 80)}`, secure };
}

/** secure-token-service/client/web: the client for browsers, over fetch. Nothing of Node in it. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { apiKeyInterceptors } from "./api-key.js";
import { DETAIL_JSON } from "./error-details.js";
import { retryUnavailable } from "./retry.js";
import { SecureTokenClient } from "./token-client.js";

export * from "./public-api.js";

/** How a browser reaches a server. */
export interface WebClientOptions {
  /** Where the service is: `window.location.origin`, `https://tokens.example.com`. */
  readonly baseUrl: string;
  /** The caller's own credential. Whoever can open the page can read it. Default none. */
  readonly apiKey?: string | undefined;
  /** Default "connect". */
  readonly protocol?: "connect" | "grpc-web" | undefined;
  /** Protobuf's binary format rather than JSON. Default true: smaller, and quicker to read. */
  readonly useBinaryFormat?: boolean | undefined;
  /** Milliseconds until a call is given up. 0 or less: never. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Connect interceptors, the first the outermost. Default none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** What makes the requests. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * A client over Connect or gRPC-Web. A call that meets UNAVAILABLE is tried again, up to three times in
 * all; RefreshToken is not.
 * @throws TypeError for an `apiKey` that no header can carry.
 */
export function createSecureTokenClient(options: WebClientOptions): SecureTokenClient {
  const { baseUrl, apiKey, protocol = "connect", defaultTimeoutMs } = options;
  const { fetch = globalThis.fetch } = options;
  const transportOptions = {
    baseUrl,
    useBinaryFormat: options.useBinaryFormat ?? true,
    interceptors: [
      ...(options.interceptors ?? []),
      ...apiKeyInterceptors(apiKey),
      retryUnavailable,
    ],
    jsonOptions: DETAIL_JSON,
    fetch: namingFailures(fetch),
  };
  const transport =
    protocol === "connect"
      ? createConnectTransport(transportOptions)
      : createGrpcWebTransport(transportOptions);
  return new SecureTokenClient(transport, { defaultTimeoutMs });
}

/** `fetch` tells of every failure of the network by a TypeError, which Connect would call UNKNOWN. */
function namingFailures(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const text = "the server cannot be reached";
      throw new ConnectError(text, Code.Unavailable, undefined, undefined, error);
    }
  };
}

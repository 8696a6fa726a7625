/** secure-token-service/client/web: the client for browsers, over fetch. Nothing of Node in it. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { refuseUnknownOptions, requireOneOf } from "../values/known-options.js";
import { parseAddress } from "./address.js";
import { type ApiKey, apiKeyInterceptors, refuseKeyInClear, toKeySource } from "./api-key.js";
import { ServiceUnavailableError } from "./call-errors.js";
import type { CallHook } from "./call-hook.js";
import { DETAIL_JSON } from "./error-details.js";
import { createPersistentTransport } from "./persistent-transport.js";
import { SecureTokenClient } from "./token-client.js";

export * from "./public-api.js";

/** How a browser reaches a server. */
export interface WebClientOptions {
  /**
   * Where the service is: `window.location.origin`, `https://tokens.example.com`, `host:port`, which stands
   * for TLS, but for plaintext on loopback.
   */
  readonly baseUrl: string;
  /**
   * The caller's own credential: a text, or a function that is asked for every call. Whoever can open the
   * page can read it. Default none.
   */
  readonly apiKey?: ApiKey | undefined;
  /** Lets an API key travel in the clear to another machine, in a network that is trusted. Default false. */
  readonly insecure?: boolean | undefined;
  /** Default "connect". */
  readonly protocol?: "connect" | "grpc-web" | undefined;
  /** Protobuf's binary format rather than JSON. Default true: smaller, and quicker to read. */
  readonly useBinaryFormat?: boolean | undefined;
  /** Milliseconds until a call is given up, above 0, at most 60,000. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Is told of each call once it has ended, further tries included, for metrics. Default: nobody is. */
  readonly onCall?: CallHook | undefined;
  /** Connect interceptors, the first the outermost. Default none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** What makes the requests. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const OPTIONS: readonly (keyof WebClientOptions)[] = [
  "baseUrl",
  "apiKey",
  "insecure",
  "protocol",
  "useBinaryFormat",
  "defaultTimeoutMs",
  "onCall",
  "interceptors",
  "fetch",
];

/**
 * A client over Connect or gRPC-Web. A call that meets a server which is away is sent again until its
 * deadline; a RefreshToken that revokes is not.
 * @throws TypeError for an option that does not exist or cannot work.
 */
export function createSecureTokenClient(options: WebClientOptions): SecureTokenClient {
  refuseUnknownOptions("createSecureTokenClient", options, OPTIONS);
  const { protocol = "connect", defaultTimeoutMs, onCall, fetch = globalThis.fetch } = options;
  requireOneOf("protocol", protocol, ["connect", "grpc-web"]);
  const address = parseAddress(options.baseUrl, "baseUrl");
  const keys = toKeySource(options);
  refuseKeyInClear(options, [address], keys);
  const transportOptions = {
    baseUrl: address.url,
    useBinaryFormat: options.useBinaryFormat ?? true,
    interceptors: [...(options.interceptors ?? []), ...apiKeyInterceptors(keys)],
    jsonOptions: DETAIL_JSON,
    fetch: namingFailures(fetch),
  };
  const transport =
    protocol === "connect"
      ? createConnectTransport(transportOptions)
      : createGrpcWebTransport(transportOptions);
  return new SecureTokenClient(createPersistentTransport([{ transport }]), {
    defaultTimeoutMs,
    onCall,
  });
}

/**
 * `fetch` tells of every failure of the network by a TypeError, which Connect would call UNKNOWN. A
 * redirect is refused by hand: Connect asks for `redirect: "error"`, which Cloudflare Workers do not have.
 */
function namingFailures(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    let response: Response;
    try {
      response = await fetch(input, { ...init, redirect: "manual" });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw unreachable(`the server cannot be reached: ${reasonOf(error)}`, error);
    }
    const isRedirect = response.status >= 300 && response.status < 400;
    if (response.type !== "opaqueredirect" && !isRedirect) return response;
    throw new ServiceUnavailableError(unreachable("a redirect"), "REDIRECTED");
  };
}

function unreachable(text: string, cause?: unknown): ConnectError {
  return new ConnectError(text, Code.Unavailable, undefined, undefined, cause);
}

/** Browsers say "Failed to fetch" and no more; Node says why in the cause. */
function reasonOf({ message, cause }: TypeError): string {
  return cause instanceof Error && cause.message !== "" ? `${message} (${cause.message})` : message;
}

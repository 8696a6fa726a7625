/** secure-token-service/client/grpc-js: the client over @grpc/grpc-js, for programs that use it already. */
import type { Interceptor } from "@connectrpc/connect";
import { type ChannelCredentials, type ChannelOptions, Client, credentials } from "@grpc/grpc-js";
import { refuseUnknownOptions } from "../values/known-options.js";
import { parseGrpcAddress, type ServerAddress } from "./address.js";
import { type ApiKey, apiKeyInterceptors, refuseKeyInClear } from "./api-key.js";
import type { CallHook } from "./call-hook.js";
import { createRenewableChannel } from "./grpc-js-channel.js";
import { createGrpcJsTransport } from "./grpc-js-transport.js";
import { toNodeKeySource } from "./node-key-file.js";
import { probePlaintext } from "./node-probe.js";
import { createPersistentTransport } from "./persistent-transport.js";
import { SecureTokenClient } from "./token-client.js";

export * from "./public-api.js";
export { createGrpcJsTransport };

/** How a gRPC channel reaches a server. */
export interface GrpcJsClientOptions {
  /**
   * `host:port`, `http://host[:port]` or `https://host[:port]`; `host:port` stands for TLS, but for plaintext
   * on loopback. Or an address with a scheme of gRPC's own (`dns:///…`, `unix:…`), which needs `credentials`.
   */
  readonly address: string;
  /** TLS or not, and with which certificates. Default: what the address says, with Node's authorities. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Options of the channel, laid over those of this client. Default none. */
  readonly channelOptions?: ChannelOptions | undefined;
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
  /** Milliseconds until a call is given up, above 0, at most 60,000. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Is told of each call once it has ended, further tries included, for metrics. Default: nobody is. */
  readonly onCall?: CallHook | undefined;
  /** Connect interceptors, the first the outermost. Default none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
}

/** A SecureTokenClient that also gives its gRPC client away. */
export interface GrpcJsTokenClient extends SecureTokenClient {
  /**
   * The current client of @grpc/grpc-js: its channel's state, and calls of its own making. After a server
   * went silent there is another.
   */
  readonly grpc: Client;
}

const OPTIONS: readonly (keyof GrpcJsClientOptions)[] = [
  "address",
  "credentials",
  "channelOptions",
  "apiKey",
  "apiKeyFile",
  "onKeyFileFault",
  "insecure",
  "defaultTimeoutMs",
  "onCall",
  "interceptors",
];

/**
 * A client with one gRPC channel, which connects with the first call. `close()` ends the channel for good.
 * After a deadline without an answer it connects anew, to the first address of the name that does answer.
 * A call that meets a server which is away or shutting down is sent again until its deadline; a RefreshToken
 * that revokes only where the server has not looked at it.
 * @throws TypeError for an option that does not exist or cannot work.
 */
export function createSecureTokenClient(options: GrpcJsClientOptions): GrpcJsTokenClient {
  refuseUnknownOptions("createSecureTokenClient", options, OPTIONS);
  const { defaultTimeoutMs, onCall, channelOptions } = options;
  const target = toTarget(options);
  const keys = toNodeKeySource(options);
  // With credentials of its own, the program has said how it connects.
  if (options.credentials === undefined) refuseKeyInClear(options, target.servers, keys);
  const interceptors = [...(options.interceptors ?? []), ...apiKeyInterceptors(keys)];
  const channel = createRenewableChannel(
    () =>
      new Client(target.dialled, options.credentials ?? target.credentials, {
        ...CHANNEL_OPTIONS,
        ...(target.servers.some(({ isLoopback }) => isLoopback) && DIRECT),
        ...channelOptions,
      }),
    (client) => createGrpcJsTransport(client, target.baseUrl, interceptors),
  );
  const transport = createPersistentTransport([
    {
      transport: channel.transport,
      diagnose: options.credentials === undefined ? target.diagnose : undefined,
      renew: channel.renew,
    },
  ]);
  const client = new SecureTokenClient(transport, {
    defaultTimeoutMs,
    onCall,
    close: channel.close,
  });
  return Object.defineProperty(client, "grpc", {
    enumerable: true,
    get: channel.current,
  }) as GrpcJsTokenClient;
}

const CHANNEL_OPTIONS: ChannelOptions = {
  // Probes a connection with calls under way; servers take more frequent pings for a flood.
  "grpc.keepalive_time_ms": 60_000,
  "grpc.keepalive_timeout_ms": 10_000,
  // gRPC's own pause grows to two minutes, and a server that restarts is back within seconds.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // A batch of 1,000 tokens, each with all the data a token may carry, stays well below.
  "grpc.max_receive_message_length": 16 * 1024 * 1024,
  // How to try again is this client's affair, not that of DNS or of the channel.
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_retries": 0,
  // A new channel, after a server went silent, must not get the old one's connection.
  "grpc.use_local_subchannel_pool": 1,
};
/** Loopback is not reached through a proxy of the environment. */
const DIRECT: ChannelOptions = { "grpc.enable_http_proxy": 0 };

interface Target {
  readonly dialled: string;
  readonly baseUrl: string;
  /** Empty for an address of gRPC's own. */
  readonly servers: readonly ServerAddress[];
  readonly credentials: ChannelCredentials;
  readonly diagnose?: () => ReturnType<typeof probePlaintext>;
}

function toTarget({ address, credentials: own }: GrpcJsClientOptions): Target {
  if (typeof address === "string" && /^(?!https?:)[a-z][a-z0-9+.-]*:(?!\d+$)/i.test(address)) {
    if (own === undefined) throw new TypeError("an address of gRPC's own needs credentials");
    return { dialled: address, baseUrl: "https://localhost", servers: [], credentials: own };
  }
  const server = parseGrpcAddress(address, "address");
  const { url, hostPort, isSecure } = server;
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return {
    dialled: hostPort,
    baseUrl: url,
    servers: [server],
    credentials: isSecure ? credentials.createSsl() : credentials.createInsecure(),
    ...(!isSecure && { diagnose: () => probePlaintext(host, Number(port || 80)) }),
  };
}

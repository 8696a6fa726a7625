/** A server: TokenService, health and reflection on one port. */
import { setMaxListeners } from "node:events";
import type { AddressInfo } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Logger } from "pino";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { SecureTokenManager } from "../core/index.js";
import {
  ERROR_DETAIL_FILES,
  MAX_REQUEST_BYTES,
  tokenErrors,
  tokenRoutes,
} from "../service/index.js";
import { createUnaryAdapter } from "../transport/adapter/index.js";
import { refuseBadHost, refuseMalformed, unreadableRequest } from "../transport/index.js";
import { DEFAULT_LIMITS } from "../transport/limits.js";
import { createListener } from "../transport/listener.js";
import { createHealth } from "./health.js";
import { reflectionRoutes } from "./reflection.js";

/** The longest deadline that a client may ask for, in milliseconds. */
export const MAX_TIMEOUT_MS = 60_000;

/** The deadline of a call whose client names none, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 5_000;

/** What a server is made from. */
export interface ServerDeps {
  readonly manager: SecureTokenManager;
  readonly logger: Logger;
}

/** A server that can be started once and stopped once. */
export interface Server {
  /** Adds a name to grpc.health.v1, or changes its state: that of a part, not of the server. */
  setPartHealth(name: string, serving: boolean): void;
  /** Starts to listen and becomes SERVING. Port 0 takes any free one; the answer tells which. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /**
   * Becomes NOT_SERVING, sends GOAWAY on every session, lets calls in flight finish, and cuts off
   * what is left after `graceMs` milliseconds. The answer tells how many connections that were.
   */
  close(graceMs: number): Promise<number>;
}

/** Puts a server together; it does not listen yet. */
export function createServer({ manager, logger }: ServerDeps): Server {
  const health = createHealth([TokenService.typeName]);
  const shutdown = new AbortController();
  // Every open stream listens; that many is no leak.
  setMaxListeners(0, shutdown.signal);
  const adapter = createUnaryAdapter({
    routes: refuseMalformed((router) => {
      tokenRoutes(manager)(router);
      health.routes(router);
      reflectionRoutes([TokenService, Health], ERROR_DETAIL_FILES)(router);
    }),
    interceptors: [tokenErrors((err, method) => logger.error({ err, method }, "internal error"))],
    // Ciphertext does not shrink, and decompression would run before a call is known to be ours.
    acceptCompression: [],
    readMaxBytes: MAX_REQUEST_BYTES,
    maxTimeoutMs: MAX_TIMEOUT_MS,
    defaultTimeoutMs: DEFAULT_TIMEOUT_MS,
    unreadable: unreadableRequest,
    wrapNodeHandler: refuseBadHost,
    shutdownSignal: shutdown.signal,
  });
  const listener = createListener({ ...adapter, limits: DEFAULT_LIMITS });
  return {
    setPartHealth: health.setPart,
    async listen(port, host) {
      const address = await listener.listen(port, host);
      health.setServing(true);
      return address;
    },
    close(graceMs) {
      health.setServing(false);
      const closed = listener.close(graceMs);
      // Watch and reflection streams would keep their sessions open for ever. They first learn of
      // NOT_SERVING, which takes a turn of the event loop.
      setImmediate(() =>
        shutdown.abort(new ConnectError("the server is shutting down", Code.Unavailable)),
      );
      return closed;
    },
  };
}

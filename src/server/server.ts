/** A server: TokenService, health and reflection on one port. */
import { setMaxListeners } from "node:events";
import type { AddressInfo } from "node:net";
import { Authorization } from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { shuttingDown } from "../service/index.js";
import { AddressList } from "../transport/index.js";
import { type ConnectionLimits, DEFAULT_LIMITS } from "../transport/limits.js";
import { createListener, type OpenConnections } from "../transport/listener.js";
import type { TlsMaterial } from "../transport/tls-listener.js";
import { createHealth } from "./health.js";
import type { Readiness } from "./metrics/report.js";
import { noteRepeated } from "./repeated-authorization.js";
import { type AdapterDeps, createServerAdapter } from "./server-adapter.js";
import { createTurnedAway } from "./turned-away.js";

/** What a server is made from. */
export interface ServerDeps extends AdapterDeps {
  /** Certificates; without them all is in the clear. */
  readonly tls?: TlsMaterial | undefined;
  /** Whether the connections of trusted proxies begin with headers of the PROXY protocol, version 2. Default false. */
  readonly proxyHeaders?: boolean | undefined;
  /** Bounds on connections, where they differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ConnectionLimits>;
}

/** A server that can be started once and stopped once. */
export interface Server {
  /** Starts to listen and becomes SERVING. Port 0 takes any free one; the answer tells which. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /** What is open at this moment. */
  open(): OpenConnections;
  /** Whether calls may come, and each part of the configuration. */
  readiness(): Readiness;
  /** Tells health whether a part of the configuration is what its file says; see `HealthState`. */
  setHealth(name: string, inForce: boolean): void;
  /** Puts newer certificates in force, for connections from then on. */
  replaceTls(tls: TlsMaterial): void;
  /**
   * Becomes NOT_SERVING, sends GOAWAY on every HTTP/2 connection, lets calls in flight finish, and cuts off
   * what is left after `graceMs` milliseconds. The answer tells how many connections that were.
   */
  close(graceMs: number): Promise<number>;
}

/** Puts a server together; it does not listen yet. Throws when an RPC has no authorization row. */
export function createServer(deps: ServerDeps): Server {
  const { tls, trustedProxies = [] } = deps;
  const health = createHealth([TokenService.typeName, Authorization.typeName]);
  const shutdown = new AbortController();
  // Every open stream listens; that many is no leak.
  setMaxListeners(0, shutdown.signal);
  const proxies = new AddressList(trustedProxies);
  const turnedAway = createTurnedAway(deps.logger, deps.observer);
  const adapter = createServerAdapter(deps, {
    health,
    turnedAway,
    shutdownSignal: shutdown.signal,
    isTls: tls !== undefined,
  });
  const listener = createListener({
    // Over HTTP/2 two fields of a name are one with both values.
    onStream: adapter.onStream,
    onRequest(request, response) {
      noteRepeated(request.headers, request.rawHeaders);
      adapter.onRequest(request, response);
    },
    limits: { ...DEFAULT_LIMITS, ...deps.limits },
    tls,
    // A connection with a PROXY header of its own is one client's.
    ...(deps.proxyHeaders ? { proxyHeadersOf: proxies } : { sharedBy: proxies }),
    onCut: turnedAway.onCut,
    onRefused: turnedAway.onRefused,
    onFault: (err) => deps.logger.error({ err }, "internal error"),
  });
  return {
    async listen(port, host) {
      const address = await listener.listen(port, host);
      health.setServing(true);
      return address;
    },
    replaceTls: listener.replaceTls,
    open: listener.open,
    readiness: health.readiness,
    setHealth: health.setPart,
    close(graceMs) {
      health.setServing(false);
      const closed = listener.close(graceMs).finally(turnedAway.flush);
      // Watch and reflection streams would keep their connections open for ever. They first learn of
      // NOT_SERVING, which takes a turn of the event loop.
      setImmediate(() => shutdown.abort(shuttingDown()));
      return closed;
    },
  };
}

/** A server: TokenService, health and reflection on one port. */
import { setMaxListeners } from "node:events";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { Authorization } from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { SecureTokenManager } from "../core/index.js";
import { createDoors, createExtAuthz, DOOR_METHODS } from "../gateways/index.js";
import type { RevocationRegister } from "../revocation/register.js";
import {
  createGatewayOperations,
  directFeeds,
  directRpcs,
  ERROR_DETAIL_FILES,
  MAX_REQUEST_BYTES,
  noRoom,
  refuseInexactJson,
  refuseTooMany,
  shuttingDown,
  tokenRoutes,
} from "../service/index.js";
import { createUnaryAdapter } from "../transport/adapter/index.js";
import {
  AddressList,
  peerOf,
  refuseMalformed,
  STRICT_JSON,
  unreadableRequest,
} from "../transport/index.js";
import { type ConnectionLimits, DEFAULT_LIMITS } from "../transport/limits.js";
import { createListener, type OpenConnections } from "../transport/listener.js";
import type { TlsMaterial } from "../transport/tls-listener.js";
import { createAudit } from "./audit.js";
import { createAuthorize } from "./authorize.js";
import { requireRows } from "./callers/authorization.js";
import type { Callers } from "./callers/callers.js";
import { withConsole } from "./console.js";
import type { ConsoleAssets } from "./console-assets.js";
import { isPreflight, withCors } from "./cors.js";
import { createBodyCheck, withDoors } from "./doors.js";
import { createHealth } from "./health.js";
import { type CallObserver, observeCalls, tellRefused } from "./metrics/observe-calls.js";
import type { Readiness } from "./metrics/report.js";
import { createHostGate } from "./misdirected.js";
import { createProxyWarning } from "./proxied-requests.js";
import { REFLECTION_SERVICES, reflectionRoutes } from "./reflection.js";
import { createPathCheck, observeRefused } from "./refused-requests.js";
import { noteRepeated } from "./repeated-authorization.js";
import { createRequestIds } from "./request-ids.js";
import type { CallTracer } from "./traces/call-tracer.js";
import { TRANSPORT_SECURITY } from "./transport-security.js";
import { createClientOf } from "./trusted-proxies.js";
import { createTurnedAway } from "./turned-away.js";
import { VERSION } from "./version.js";

/** The longest deadline that a client may ask for, in milliseconds. */
export const MAX_TIMEOUT_MS = 60_000;

/** The deadline of a call whose client names none, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 5_000;

/** How to authenticate, said in every 401 (RFC 9110, section 11.6.1; RFC 6750). */
const CHALLENGE = "Bearer";

/** What a server is made from. */
export interface ServerDeps {
  readonly manager: SecureTokenManager;
  readonly logger: Logger;
  /** Who may call what. */
  readonly callers: Callers;
  /** Keeps the revocations that `manager` asks. Default: none are kept. */
  readonly register?: RevocationRegister | undefined;
  /** Whether the server describes itself to anyone who asks. Default true. */
  readonly reflection?: boolean;
  /** Whether ordinary calls take the short way of the unary adapter. Default true. */
  readonly unaryAdapter?: boolean;
  /** Is told of every call, beside the log. Default nobody. */
  readonly observer?: CallObserver | undefined;
  /** Records calls as spans. Default nobody. */
  readonly tracer?: CallTracer | undefined;
  /** Certificates; without them all is in the clear. */
  readonly tls?: TlsMaterial | undefined;
  /** Whose pages may call, beside the server's own. Default nobody's. */
  readonly corsOrigins?: readonly string[] | undefined;
  /**
   * Names to answer to, beside loopback ones; see `ALLOWED_HOSTS`. Others get 421 (RFC 9110, section
   * 15.5.20). Default any.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Whether to warn of requests that have come through a proxy. Default false. */
  readonly warnOfProxies?: boolean | undefined;
  /** Addresses and networks whose word on whom they speak for is believed; see `parseProxies`. Default none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Whether their connections begin with headers of the PROXY protocol, version 2. Default false. */
  readonly proxyHeaders?: boolean | undefined;
  /** The page at `/`; see `loadConsole`. Default none. */
  readonly console?: ConsoleAssets | undefined;
  /** Bounds on connections, where they differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ConnectionLimits>;
  /** The deadline of a call whose client names none, in milliseconds. Default `DEFAULT_TIMEOUT_MS`. */
  readonly defaultTimeoutMs?: number;
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
  const { manager, callers, reflection = true, tls, register } = deps;
  const { corsOrigins = [], console: assets } = deps;
  const services = [
    TokenService,
    Authorization,
    Health,
    ...(reflection ? REFLECTION_SERVICES : []),
  ];
  const methods = services.flatMap((service) => service.methods);
  requireRows([...methods, ...DOOR_METHODS]);
  const health = createHealth([TokenService.typeName, Authorization.typeName]);
  const shutdown = new AbortController();
  // Every open stream listens; that many is no leak.
  setMaxListeners(0, shutdown.signal);
  const onHeaders = deps.warnOfProxies ? createProxyWarning(deps.logger) : undefined;
  const { trustedProxies = [] } = deps;
  const proxies = new AddressList(trustedProxies);
  const clientOf = createClientOf(trustedProxies);
  const authorize = createAuthorize(callers, { origins: corsOrigins, onHeaders, clientOf });
  const hooks = { authorize, ended: createAudit(deps.logger, clientOf, deps.tracer) };
  const calls = tellRefused(observeCalls(hooks, deps.observer));
  const operations = createGatewayOperations(manager, register);
  const doors = createDoors(operations);
  const extAuthz = createExtAuthz(operations);
  const gate = createHostGate(deps.allowedHosts);
  const turnedAway = createTurnedAway(deps.logger, deps.observer);
  const { onRefused } = turnedAway;
  const isCall = createPathCheck(methods.map(({ name, parent }) => `/${parent.typeName}/${name}`));
  const adapter = createUnaryAdapter({
    enabled: deps.unaryAdapter ?? true,
    routes: refuseMalformed(
      (router) => {
        tokenRoutes(manager, register, VERSION)(router);
        extAuthz.routes(router);
        health.routes(router);
        if (reflection) reflectionRoutes([TokenService, Health], ERROR_DETAIL_FILES)(router);
      },
      { json: refuseInexactJson, binary: refuseTooMany },
    ),
    jsonOptions: STRICT_JSON,
    checkJson: refuseInexactJson,
    direct: new Map([...directRpcs(manager, register, VERSION), ...extAuthz.direct]),
    directStreams: new Map([...directFeeds(manager, register), ...health.streams]),
    ...calls,
    nameRequest: createRequestIds(),
    // Tokens belong in no cache (RFC 9111, section 5.2.2.5).
    responseHeaders: { "cache-control": "no-store", ...(tls && TRANSPORT_SECURITY) },
    // Ciphertext does not shrink, and decompression would run before a call is known to be ours.
    acceptCompression: [],
    readMaxBytes: MAX_REQUEST_BYTES,
    maxTimeoutMs: MAX_TIMEOUT_MS,
    defaultTimeoutMs: deps.defaultTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    unreadable: unreadableRequest,
    noRoom,
    onCut: (socket, reason) => turnedAway.onCut({ peer: peerOf(socket), reason }),
    challenge: CHALLENGE,
    ...(gate && {
      gate: { ...gate, refuse: observeRefused(gate.refuse, onRefused, () => false, clientOf) },
    }),
    readsBody: createBodyCheck(doors),
    wrapHandler(handler, readBody) {
      const cors = withCors(assets ? withConsole(handler, assets) : handler, corsOrigins);
      const open = observeRefused(
        cors,
        onRefused,
        (exchange) => isCall(exchange) && !isPreflight(exchange),
        clientOf,
      );
      return withDoors(open, doors, { ...calls, readBody });
    },
    shutdownSignal: shutdown.signal,
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
    onRefused,
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

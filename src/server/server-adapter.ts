/** What answers the requests of a server: TokenService, health, reflection, doors and console, behind one adapter. */
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
  tokenRoutes,
} from "../service/index.js";
import { createUnaryAdapter, type UnaryAdapter } from "../transport/adapter/index.js";
import { peerOf, refuseMalformed, STRICT_JSON, unreadableRequest } from "../transport/index.js";
import { createAudit } from "./audit.js";
import { createAuthorize } from "./authorize.js";
import { requireRows } from "./callers/authorization.js";
import type { Callers } from "./callers/callers.js";
import { withConsole } from "./console.js";
import type { ConsoleAssets } from "./console-assets.js";
import { isPreflight, withCors } from "./cors.js";
import { createBodyCheck, withDoors } from "./doors.js";
import type { HealthState } from "./health.js";
import { type CallObserver, observeCalls, tellRefused } from "./metrics/observe-calls.js";
import { createHostGate } from "./misdirected.js";
import { withProbes } from "./probes.js";
import { createProxyWarning } from "./proxied-requests.js";
import { REFLECTION_SERVICES, reflectionRoutes } from "./reflection.js";
import { withWords } from "./refusal-words.js";
import { createPathCheck, observeRefused } from "./refused-requests.js";
import { createRequestIds } from "./request-ids.js";
import type { CallTracer } from "./traces/call-tracer.js";
import { TRANSPORT_SECURITY } from "./transport-security.js";
import { createClientOf } from "./trusted-proxies.js";
import type { TurnedAway } from "./turned-away.js";
import { VERSION } from "./version.js";

/** The longest deadline that a client may ask for, in milliseconds. */
const MAX_TIMEOUT_MS = 60_000;

/** The deadline of a call whose client names none, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** How to authenticate, said in every 401 (RFC 9110, section 11.6.1; RFC 6750). */
const CHALLENGE = "Bearer";

/** What requests are answered with. */
export interface AdapterDeps {
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
  /** The page at `/`; see `loadConsole`. Default none. */
  readonly console?: ConsoleAssets | undefined;
  /** The deadline of a call whose client names none, in milliseconds. Default `DEFAULT_TIMEOUT_MS`. */
  readonly defaultTimeoutMs?: number;
}

/** The parts of a server that its adapter shares with its listener. */
export interface AdapterParts {
  /** Answers the health service. */
  readonly health: HealthState;
  /** Is told of requests that no hook hears of, and of connections that are cut. */
  readonly turnedAway: TurnedAway;
  /** Aborted when the server ends: open streams end with its reason. */
  readonly shutdownSignal: AbortSignal;
  /** Whether every connection is encrypted. */
  readonly isTls: boolean;
}

/** Makes the adapter of a server. Throws when an RPC has no authorization row. */
export function createServerAdapter(deps: AdapterDeps, parts: AdapterParts): UnaryAdapter {
  const { manager, callers, reflection = true, register, trustedProxies = [] } = deps;
  const { corsOrigins = [], console: assets } = deps;
  const { health, turnedAway, shutdownSignal, isTls } = parts;
  const services = [
    TokenService,
    Authorization,
    Health,
    ...(reflection ? REFLECTION_SERVICES : []),
  ];
  const methods = services.flatMap((service) => service.methods);
  requireRows([...methods, ...DOOR_METHODS]);
  const onHeaders = deps.warnOfProxies ? createProxyWarning(deps.logger) : undefined;
  const clientOf = createClientOf(trustedProxies);
  const authorize = createAuthorize(callers, { origins: corsOrigins, onHeaders, clientOf });
  const hooks = { authorize, ended: createAudit(deps.logger, clientOf, deps.tracer) };
  const calls = tellRefused(observeCalls(hooks, deps.observer));
  const operations = createGatewayOperations(manager, register);
  const doors = createDoors(operations);
  const extAuthz = createExtAuthz(operations);
  const gate = createHostGate(deps.allowedHosts);
  const { onRefused } = turnedAway;
  const isCall = createPathCheck(methods.map(({ name, parent }) => `/${parent.typeName}/${name}`));
  return createUnaryAdapter({
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
    responseHeaders: { "cache-control": "no-store", ...(isTls && TRANSPORT_SECURITY) },
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
      const pages = assets ? withConsole(handler, assets) : handler;
      const cors = withCors(withWords(pages), corsOrigins);
      const open = observeRefused(
        cors,
        onRefused,
        (exchange) => isCall(exchange) && !isPreflight(exchange),
        clientOf,
      );
      // A probe that is told 503 is no refused request.
      const probed = withProbes(open, () => health.readiness().ready);
      return withDoors(probed, doors, { ...calls, readBody });
    },
    shutdownSignal,
  });
}

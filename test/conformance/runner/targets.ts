/** What a case may call: the real server, and peers that misbehave in one way each. */
import type { RequestListener } from "node:http";
import type { ConnectError, ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import pino from "pino";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { SecureTokenManager } from "../../../src/core/index.js";
import { RevocationAuthority } from "../../../src/revocation/authority.js";
import { ANYONE, type Callers } from "../../../src/server/callers/callers.js";
import { createServer } from "../../../src/server/server.js";
import { tokenRoutes } from "../../../src/service/index.js";
import { beyondRate, noRoom } from "../../support/shortages.js";
import { corpusManager, fixedClock } from "../suite/fixture.js";
import { cutOff } from "./cut-off.js";
import { knownCallers } from "./known-callers.js";
import { blackHole, httpPeer, type Peer, type Target } from "./peer.js";
import { answerGarbage, answerStatus } from "./raw-answers.js";
import { standInRoutes } from "./stand-in.js";
import { serverTls } from "./tls.js";

const HOST = "127.0.0.1";
/** When a call may come again that a target had no room for, in milliseconds. */
const PAUSE_MS = 100;
/** The name in the certificates. */
const TLS_HOST = "localhost";

/** Addresses by the names that cases use, and how to end what stands behind them. */
export interface Targets {
  readonly addresses: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Starts every target. Each driver gets its own, so that none meets what another left behind. */
export async function startTargets(manager: SecureTokenManager): Promise<Targets> {
  const service = connectNodeAdapter({ routes: tokenRoutes(manager), acceptCompression: [] });
  const standIn = connectNodeAdapter({ routes: standInRoutes, acceptCompression: [] });
  const logger = pino({ level: "silent" });
  const product = (callers: Callers, certificate?: string) => {
    const tls = certificate === undefined ? undefined : serverTls(certificate);
    return createServer({ manager, logger, callers, tls });
  };
  const register = await RevocationAuthority.open({
    clock: fixedClock,
    feedId: "corpus",
    reporter: { info() {}, warn() {}, error() {} },
  });
  const revoking = await corpusManager(fixedClock, register);
  const started = await Promise.all([
    named("revocations", createServer({ manager: revoking, register, logger, callers: ANYONE })),
    named("server", product(ANYONE)),
    named("callers", product(knownCallers(manager))),
    named("tls", product(ANYONE, "server"), TLS_HOST),
    named("tls-other-authority", product(ANYONE, "other-server"), TLS_HOST),
    named("tls-other-name", product(ANYONE, "other-name"), TLS_HOST),
    named("mtls", product(knownCallers(manager), "server"), TLS_HOST),
    named("stand-in", httpPeer(standIn)),
    named("garbage", httpPeer(answerGarbage)),
    named("unavailable-once", httpPeer(everyOther(refuse("UNAVAILABLE"), service))),
    named("no-room-once", httpPeer(everyOther(ending(noRoom), service))),
    named("beyond-rate-once", httpPeer(everyOther(ending(beyondRate), service))),
    named("internal-once", httpPeer(everyOther(refuse("INTERNAL"), service))),
    named(
      "lost-once",
      losing((lose) => everyOther(lose, service)),
    ),
    named("cut-off-once", httpPeer(everyOther(cutOff, service))),
    named(
      "lost",
      losing((lose) => lose),
    ),
    named("black-hole", blackHole()),
  ]);
  return {
    addresses: new Map([
      ...started.map(({ name, address }) => [name, address] as const),
      ["closed-port", await closedPort()],
    ]),
    async close() {
      await Promise.all(started.map(({ target }) => target.close(0)));
      await register.close();
    },
  };
}

async function named(name: string, target: Target, host = HOST) {
  const { port } = await target.listen(0, HOST);
  return { name, target, address: `${host}:${port}` };
}

/** Hands the first call, the third … to somebody else. */
function everyOther(other: RequestListener, handler: RequestListener): RequestListener {
  let calls = 0;
  return (request, response) => {
    if (calls++ % 2 === 0) other(request, response);
    else handler(request, response);
  };
}

/** A peer that can lose its connections, and says nothing. */
function losing(serve: (lose: RequestListener) => RequestListener): Target {
  const peer: Peer = httpPeer(serve(() => peer.disconnect()));
  return peer;
}

/** Refuses a call with a status that comes before any response header. */
function refuse(code: "UNAVAILABLE" | "INTERNAL"): RequestListener {
  return (request, response) => answerStatus(request, response, code);
}

/** Ends each ValidateToken with an error that says when to come again. */
function ending(error: (waitMs: number) => ConnectError): RequestListener {
  const validateToken = () => {
    throw error(PAUSE_MS);
  };
  const routes = (router: ConnectRouter) => router.service(TokenService, { validateToken });
  return connectNodeAdapter({ routes, acceptCompression: [] });
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<string> {
  const { target, address } = await named("closed-port", blackHole());
  await target.close(0);
  return address;
}

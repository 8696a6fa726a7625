/** What a case may call: the real server, and peers that misbehave in one way each. */
import type { RequestListener } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Socket } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import pino from "pino";
import type { SecureTokenManager } from "../../../src/core/index.js";
import { createServer } from "../../../src/server/server.js";
import { tokenErrors, tokenRoutes } from "../../../src/service/index.js";
import { DEFAULT_LIMITS } from "../../../src/transport/limits.js";
import { createListener } from "../../../src/transport/listener.js";
import { answerGarbage, answerStatus } from "./raw-answers.js";
import { standInRoutes } from "./stand-in.js";
import { tlsTarget } from "./tls.js";

const HOST = "127.0.0.1";
/** The name in the certificates. */
const TLS_HOST = "localhost";

/** Addresses by the names that cases use, and how to end what stands behind them. */
export interface Targets {
  readonly addresses: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Starts every target. Each driver gets its own, so that none meets what another left behind. */
export async function startTargets(manager: SecureTokenManager): Promise<Targets> {
  const service = connectNodeAdapter({
    routes: tokenRoutes(manager),
    interceptors: [tokenErrors(() => {})],
    acceptCompression: [],
  });
  const standIn = connectNodeAdapter({ routes: standInRoutes, acceptCompression: [] });
  const started = await Promise.all([
    named("server", createServer({ manager, logger: pino({ level: "silent" }) })),
    named("stand-in", listener(standIn)),
    named("garbage", listener(answerGarbage)),
    named("unavailable-once", listener(everyOther("UNAVAILABLE", service))),
    named("internal-once", listener(everyOther("INTERNAL", service))),
    named("black-hole", blackHole()),
    named("tls", tlsTarget("server", false, service), TLS_HOST),
    named("tls-other-authority", tlsTarget("other-server", false, service), TLS_HOST),
    named("tls-other-name", tlsTarget("other-name", false, service), TLS_HOST),
    named("mtls", tlsTarget("server", true, service), TLS_HOST),
  ]);
  return {
    addresses: new Map([
      ...started.map(({ name, address }) => [name, address] as const),
      ["closed-port", await closedPort()],
    ]),
    async close() {
      await Promise.all(started.map(({ target }) => target.close(0)));
    },
  };
}

interface Target {
  listen(port: number, host: string): Promise<AddressInfo>;
  close(graceMs: number): Promise<number>;
}

async function named(name: string, target: Target, host = HOST) {
  const { port } = await target.listen(0, HOST);
  return { name, target, address: `${host}:${port}` };
}

function listener(handler: RequestListener): Target {
  return createListener({ handler, limits: DEFAULT_LIMITS });
}

/** Refuses the first call, the third … with a status that comes before any response header. */
function everyOther(code: "UNAVAILABLE" | "INTERNAL", handler: RequestListener): RequestListener {
  let calls = 0;
  return (request, response) => {
    if (calls++ % 2 === 0) answerStatus(request, response, code);
    else handler(request, response);
  };
}

/** Accepts connections, reads, and never says a word. */
function blackHole(): Target {
  const sockets = new Set<Socket>();
  const server = createNetServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.resume();
  });
  return {
    listen: (port, host) =>
      new Promise((resolve) =>
        server.listen(port, host, () => resolve(server.address() as AddressInfo)),
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(0));
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<string> {
  const { target, address } = await named("closed-port", blackHole());
  await target.close(0);
  return address;
}

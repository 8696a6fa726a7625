/** Servers behind a guard: Express, Fastify or plain `node:http`, by the entry point of the client. */
import http, { type RequestListener } from "node:http";
import type { AddressInfo, Server } from "node:net";
import express from "express";
import Fastify from "fastify";
import {
  claimsOf,
  createExpressMiddleware,
  createFastifyHook,
  createTokenGuard,
  type HttpPolicy,
  type Requirement,
  type TokenGuard,
} from "../../../../src/client/middleware/index.js";
import type { SecureTokenClient } from "../../../../src/client/token-client.js";

/** A server that listens. */
export interface GuardedServer {
  readonly address: string;
  close(): Promise<unknown>;
}

/** A policy as the corpus spells it. */
type SpelledPolicy = Record<string, { allOf: string[] } | Requirement>;

const SERVERS: Record<string, (guard: TokenGuard, policy: HttpPolicy) => Promise<Server>> = {
  async node(guard, policy) {
    const app = express();
    app.use(createExpressMiddleware(guard, policy));
    app.use((request, response) => void response.set(userHeader(request)).send("passed"));
    return http.createServer(app);
  },
  async "grpc-js"(guard, policy) {
    const app = Fastify();
    app.addHook("onRequest", createFastifyHook(guard, policy));
    for (const rule of Object.keys(policy)) {
      const [method = "", url = ""] = rule.split(" ");
      app.route({
        method: method === "*" ? ["GET", "POST"] : method,
        url,
        handler: async (request, reply) => {
          reply.headers(userHeader(request));
          return "passed";
        },
      });
    }
    await app.ready();
    return app.server;
  },
  async web(guard, policy) {
    const admit = createExpressMiddleware(guard, policy);
    const handle: RequestListener = (request, response) =>
      admit(request, response, () => response.writeHead(200, userHeader(request)).end("passed"));
    return http.createServer(handle);
  },
};

/** Starts the server of an entry point. @throws TypeError for a policy that the package refuses. */
export async function startGuarded(
  entry: string,
  client: SecureTokenClient,
  { policy }: { readonly policy: SpelledPolicy },
): Promise<GuardedServer> {
  const start = SERVERS[entry] as (typeof SERVERS)[string];
  const server = await start(createTokenGuard(client), toPolicy(policy));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function toPolicy(policy: SpelledPolicy): HttpPolicy {
  const spelled = Object.entries(policy).map(([rule, requirement]) => [
    rule,
    typeof requirement === "object" && requirement !== null && "allOf" in requirement
      ? requirement.allOf
      : requirement,
  ]);
  return Object.fromEntries(spelled);
}

function userHeader(request: object): Record<string, string> {
  const claims = claimsOf(request);
  return claims ? { "x-user": claims.userId } : {};
}

/** Notes, kept in memory, each seen by its owner alone. Says nothing of where it listens. */
import Fastify, { type FastifyInstance } from "fastify";
import {
  claimsOf,
  createFastifyHook,
  type HttpPolicy,
  type TokenGuard,
} from "secure-token-service/middleware";
import type { Report } from "./verifier-report.js";

/** What each route requires. A route that is not named is denied. */
const POLICY: HttpPolicy = {
  "GET /health": "open",
  "GET /verifier": "open",
  "GET /notes": ["notes:read"],
  "POST /notes": ["notes:write"],
};

const BODY = {
  type: "object",
  required: ["text"],
  properties: { text: { type: "string", minLength: 1, maxLength: 1000 } },
};

/** Makes the service; `listen` is its caller's affair. */
export function createNotes(guard: TokenGuard, report: () => Report): FastifyInstance {
  const app = Fastify();
  const notesOf = new Map<string, string[]>();
  const ownerOf = (request: object) => claimsOf(request)?.userId ?? "";
  app.addHook("onRequest", createFastifyHook(guard, POLICY));

  app.get("/health", async () => ({ status: "ok" }));

  app.get("/verifier", async () => report());

  app.get("/notes", async (request) => notesOf.get(ownerOf(request)) ?? []);

  app.post<{ Body: { text: string } }>(
    "/notes",
    { schema: { body: BODY } },
    async (request, reply) => {
      const owner = ownerOf(request);
      notesOf.set(owner, [...(notesOf.get(owner) ?? []), request.body.text]);
      return reply.code(201).send({ text: request.body.text });
    },
  );

  return app;
}

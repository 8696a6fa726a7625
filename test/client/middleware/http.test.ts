/** The middleware for Express and for plain node:http, and the hook for Fastify, in real servers. */
import assert from "node:assert/strict";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { after, before, describe, it } from "node:test";
import express from "express";
import Fastify from "fastify";
import {
  claimsOf,
  createExpressMiddleware,
  createFastifyHook,
  createTokenGuard,
  type Requirement,
  type TokenGuard,
} from "../../../src/client/middleware/index.js";
import {
  type Endpoint,
  type GuardFixture,
  guardSuite,
  policyOf,
  type StartProtected,
  startGuardFixture,
} from "../../support/guard-suite.js";

const POLICY = policyOf({ read: ["GET /read"], any: ["GET /any"], open: ["GET /open"] });

/** What a refusal looks like over HTTP: its status and challenge. */
const REFUSALS: Record<string, string> = {
  "401 Bearer": "no token",
  '401 Bearer error="invalid_token"': "invalid token",
  '403 Bearer error="insufficient_scope"': "permission missing",
  "503 undefined": "unavailable",
};

const starts: Record<string, StartProtected> = {
  async express(guard) {
    const app = express();
    const require = (requirement: Requirement) => createExpressMiddleware(guard, requirement);
    app.get("/read", require(["notes:read"]), (req, res) => void res.send(userOf(req)));
    app.get("/any", require([]), (req, res) => void res.send(userOf(req)));
    app.get("/open", require("open"), (req, res) => void res.send(userOf(req)));
    app.use(createExpressMiddleware(guard, (req: express.Request) => POLICY[req.path]));
    app.use((_req, res) => void res.send("a handler that nobody may reach"));
    return listen(http.createServer(app));
  },
  async "node:http"(guard) {
    return listen(http.createServer(policed(guard)));
  },
  async fastify(guard) {
    const app = Fastify();
    app.addHook("onRequest", createFastifyHook(guard, POLICY));
    for (const path of ["/read", "/any", "/open", "/unnamed"]) {
      app.get(path, async (request) => userOf(request));
    }
    await app.ready();
    return listen(app.server, () => app.close());
  },
};

/** One middleware for a whole server, which looks up what each request requires. */
function policed(guard: TokenGuard): http.RequestListener {
  const admit = createExpressMiddleware(
    guard,
    (req: http.IncomingMessage) => POLICY[`${req.method} ${req.url}`],
  );
  return (req, res) => admit(req, res, () => res.end(userOf(req)));
}

function userOf(request: object): string {
  return claimsOf(request)?.userId ?? "nobody";
}

async function listen(server: Server, close = () => stop(server)) {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    ask: (endpoint: Endpoint, authorization: readonly string[]) =>
      get(port, `/${endpoint}`, authorization),
    close,
  };
}

function stop(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

/** The body of an answer, or the refusal that it is, which must tell nothing else. */
async function get(
  port: number,
  path: string,
  authorization: readonly string[],
  method = "GET",
): Promise<string> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const raw = authorization.flatMap((value) => ["Authorization", value]);
    const headers = ["Host", "127.0.0.1", "Connection", "close", ...raw];
    const options = { host: "127.0.0.1", port, path, method, headers };
    http
      .request(options as unknown as http.RequestOptions, resolve)
      .on("error", reject)
      .end();
  });
  let body = "";
  for await (const chunk of response) body += chunk;
  if (response.statusCode === 200) return body;
  assert.equal(body, "");
  assert.equal(response.headers["cache-control"], "no-store");
  const seen = `${response.statusCode} ${response.headers["www-authenticate"]}`;
  return REFUSALS[seen] ?? seen;
}

for (const [name, start] of Object.entries(starts)) guardSuite(name, start);

describe("HTTP middleware", () => {
  let fixture: GuardFixture;
  let guard: TokenGuard;
  before(async () => {
    fixture = await startGuardFixture();
    guard = createTokenGuard(fixture.client);
  });
  after(() => fixture.close());

  for (const [name, start] of Object.entries(starts)) {
    it(`${name}: refuses two headers, whichever of them is good`, async (t) => {
      const server = await start(guard);
      t.after(() => server.close());
      const calls = fixture.calls();
      const good = `Bearer ${fixture.tokens.reader}`;
      for (const two of [
        [good, good],
        [good, "Bearer x"],
        ["Basic x", good],
      ]) {
        assert.equal(await server.ask("read", two), "invalid token");
      }
      assert.equal(fixture.calls(), calls, "asks about none of them");
    });
  }

  it("reads the requests of node:http2", async (t) => {
    const admit = createExpressMiddleware(guard, ["notes:read"]);
    const server = http2.createServer((req, res) => admit(req, res, () => res.end("passed")));
    const { port, close } = await listen(server);
    const session = http2.connect(`http://127.0.0.1:${port}`);
    t.after(async () => {
      session.destroy();
      await close();
    });
    const status = (headers: http2.OutgoingHttpHeaders) =>
      new Promise((resolve, reject) => {
        const stream = session.request(headers);
        stream.on("response", (headers) => resolve(headers[":status"])).on("error", reject);
        stream.resume().end();
      });
    assert.equal(await status({ authorization: `Bearer ${fixture.tokens.reader}` }), 200);
    assert.equal(await status({}), 401);
  });

  it("hands the error of a policy to next, and lets nobody pass", async () => {
    const failing = createExpressMiddleware(guard, () => {
      throw new Error("the policy failed");
    });
    const response = { statusCode: 200, setHeader() {}, end() {} };
    const error = await new Promise((resolve) => failing({ rawHeaders: [] }, response, resolve));
    assert.match(String(error), /the policy failed/);
  });

  it("refuses what is no requirement, when it is set up and when it is looked up", async () => {
    const wrong = "notes:read" as unknown as Requirement;
    assert.throws(() => createExpressMiddleware(guard, wrong), TypeError);
    assert.throws(() => createExpressMiddleware(guard, undefined as never), TypeError);
    assert.throws(() => createFastifyHook(guard, { "GET /read": wrong }), /GET \/read/);
    const lookedUp = createExpressMiddleware(guard, () => wrong);
    const response = { statusCode: 200, setHeader() {}, end() {} };
    const error = await new Promise((resolve) => lookedUp({ rawHeaders: [] }, response, resolve));
    assert.ok(error instanceof TypeError);
  });

  it("fastify: HEAD is as GET, parameters are as in the route, no route is refused", async (t) => {
    const app = Fastify();
    app.addHook("preHandler", createFastifyHook(guard, { "GET /notes/:id": ["notes:read"] }));
    app.get("/notes/:id", async (request) => userOf(request));
    t.after(() => app.close());
    const authorization = `Bearer ${fixture.tokens.reader}`;
    const status = async (method: "GET" | "HEAD", url: string, headers = {}) =>
      (await app.inject({ method, url, headers })).statusCode;
    assert.equal(await status("GET", "/notes/7", { authorization }), 200);
    assert.equal(await status("HEAD", "/notes/7", { authorization }), 200);
    assert.equal(await status("HEAD", "/notes/7"), 401);
    assert.equal(await status("GET", "/other", { authorization }), 403);
  });
});

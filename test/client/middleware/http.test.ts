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
  forwardedAuthorization,
  type HttpPolicy,
  type NoRuleError,
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

const POLICY = policyOf({
  read: ["GET /read"],
  either: ["GET /either"],
  any: ["GET /any"],
  optional: ["GET /optional"],
  open: ["GET /open"],
});

/** Refusals by status and challenge. The corpus of the guards compares whole answers. */
const REFUSALS: Record<string, string> = {
  "401 Bearer": "no token",
  '401 Bearer error="invalid_token"': "invalid token",
  '401 Bearer error="invalid_token", error_description="the token has expired"': "expired token",
  '403 Bearer error="insufficient_scope"': "permission missing",
  '403 Bearer error="insufficient_scope", scope="notes:read"': "scope missing",
  "503 undefined": "unavailable",
};

const starts: Record<string, StartProtected> = {
  async express(guard) {
    const app = express();
    const require = (requirement: Requirement) => createExpressMiddleware(guard, requirement);
    app.get("/read", require(["notes:read"]), (req, res) => void res.send(userOf(req)));
    app.get(
      "/either",
      require({ anyOf: ["notes:read", "notes:write"] }),
      (req, res) => void res.send(userOf(req)),
    );
    app.get("/optional", require("optional"), (req, res) => void res.send(userOf(req)));
    app.get("/any", require("anyValidToken"), (req, res) => void res.send(userOf(req)));
    app.get("/open", require("open"), (req, res) => void res.send(userOf(req)));
    app.use(createExpressMiddleware(guard, (req) => POLICY[req.path]));
    app.use((_req, res) => void res.send("a handler that nobody may reach"));
    return listen(http.createServer(app));
  },
  async "node:http"(guard) {
    return listen(http.createServer(policed(guard)));
  },
  async fastify(guard) {
    const app = Fastify();
    app.addHook("onRequest", createFastifyHook(guard, POLICY));
    for (const path of ["/read", "/either", "/any", "/optional", "/open", "/unnamed"]) {
      app.get(path, async (request) => userOf(request));
    }
    await app.ready();
    return listen(app.server, () => app.close());
  },
};

const REQUEST = {
  method: "GET",
  url: "/read?x=1",
  originalUrl: "/read?x=1",
  baseUrl: "",
  path: "/read",
  hostname: "127.0.0.1",
  headers: {},
};

const WRONG_REQUIREMENTS: unknown[] = [
  "notes:read",
  "",
  [],
  [""],
  {},
  { anyOf: [] },
  null,
  undefined,
];

/** A response that tells when it has ended, and with what. */
class FakeResponse {
  statusCode = 200;
  #end: (body: string) => void = () => {};
  readonly ended = new Promise<string>((resolve) => {
    this.#end = resolve;
  });
  setHeader() {}
  end(body = "") {
    this.#end(body);
  }
  status = () => this;
  type = () => this;
  json() {}
  send() {}
  redirect() {}
}

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

  it("hands the error of a rule to next, and lets nobody pass", async () => {
    const failing = createExpressMiddleware(guard, () => {
      throw new Error("the rule failed");
    });
    const error = await new Promise((resolve) => failing(REQUEST, new FakeResponse(), resolve));
    assert.match(String(error), /the rule failed/);
  });

  it("refuses what is no requirement when it is set up", () => {
    for (const wrong of WRONG_REQUIREMENTS) {
      assert.throws(() => createExpressMiddleware(guard, wrong as Requirement), TypeError);
      const policy = { "GET /read": wrong as Requirement };
      assert.throws(() => createExpressMiddleware(guard, policy), TypeError);
      assert.throws(() => createFastifyHook(guard, policy), TypeError);
    }
  });

  it("denies a request for which a rule gives no requirement, and tells the hook", async () => {
    for (const wrong of [...WRONG_REQUIREMENTS, true, Promise.resolve("open")]) {
      const faults: Error[] = [];
      const strict = createTokenGuard(fixture.client, {
        onFault: (error) => faults.push(error as Error),
      });
      const response = new FakeResponse();
      const admit = createExpressMiddleware(strict, () => wrong as Requirement);
      admit(REQUEST, response, () => assert.fail(`${wrong} lets a request pass`));
      await response.ended;
      assert.equal(response.statusCode, 403);
      const [fault] = faults;
      assert.equal(fault?.name, "NoRuleError");
      assert.equal((fault as NoRuleError).request, "GET /read");
    }
  });

  it("copies a policy: what happens to its object later changes nothing", async () => {
    const policy: Record<string, Requirement> = { "GET /read": ["notes:write"] };
    const admit = createExpressMiddleware(guard, policy);
    (policy["GET /read"] as string[]).pop();
    policy["GET /read"] = "open";
    const response = new FakeResponse();
    admit(REQUEST, response, () => assert.fail("the policy was opened"));
    await response.ended;
    assert.equal(response.statusCode, 401);
  });

  it("finds the token where the program says, and only there", async () => {
    const admit = createExpressMiddleware(guard, "anyValidToken", {
      tokenFrom: (req) => String(req.headers.cookie ?? "").split("session=")[1],
    });
    const ask = async (headers: Record<string, string>) => {
      const response = new FakeResponse();
      const passed = new Promise((resolve) =>
        admit({ ...REQUEST, headers }, response, () => resolve(true)),
      );
      return Promise.race([passed, response.ended.then(() => response.statusCode)]);
    };
    const { reader } = fixture.tokens;
    assert.equal(await ask({ cookie: `session=${reader}` }), true);
    assert.equal(await ask({ cookie: "session=a b" }), 401);
    assert.equal(await ask({ authorization: `Bearer ${reader}` }), 401);
  });

  it("lets the program answer a refusal, and answers itself where that fails", async (t) => {
    const faults: unknown[] = [];
    const told = createTokenGuard(fixture.client, { onFault: (error) => faults.push(error) });
    const app = express();
    app.use(
      createExpressMiddleware(told, "anyValidToken", {
        async onRefusal(refusal, req, res) {
          if (req.path === "/broken") throw new Error("the template is missing");
          res.status(refusal.httpStatus).json({ signIn: refusal.reason });
        },
      }),
    );
    const server = await listen(http.createServer(app));
    const fastify = Fastify();
    fastify.addHook(
      "onRequest",
      createFastifyHook(told, () => "anyValidToken", {
        onRefusal(refusal, request, reply) {
          if (request.originalUrl === "/broken") throw new Error("the template is missing");
          reply.code(418).send(refusal.reason);
        },
      }),
    );
    t.after(async () => {
      await fastify.close();
      await server.close();
    });
    const fetched = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    const fixed =
      '{"error":"missing_token","reason":"TOKEN_MISSING","message":"a bearer token is required"}';
    assert.equal(await fetched("/"), '401 {"signIn":"TOKEN_MISSING"}');
    assert.equal(await fetched("/broken"), `401 ${fixed}`);
    const own = await fastify.inject("/");
    assert.deepEqual([own.statusCode, own.body], [418, "TOKEN_MISSING"]);
    const broken = await fastify.inject("/broken");
    assert.deepEqual([broken.statusCode, broken.body], [401, fixed]);
    assert.equal(faults.length, 2);
  });

  it("sees the path that a mounted router goes by", async (t) => {
    const app = express();
    const router = express.Router();
    router.use(createExpressMiddleware(guard, { "GET /notes": "open" }));
    router.use((_req, res) => void res.send("passed"));
    app.use("/api", router);
    const server = await listen(http.createServer(app));
    t.after(() => server.close());
    const status = async (path: string) =>
      (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;
    assert.equal(await status("/api/notes"), 200);
    assert.equal(await status("/api/api/notes"), 403);
  });

  it("admits no spelling of a path for which Express would take another rule's handler", async (t) => {
    const app = express();
    app.use(
      createExpressMiddleware(guard, { "GET /docs/*": "open", "GET /docs/admin": ["admin"] }),
    );
    app.get("/docs/admin", (_req, res) => void res.send("administration"));
    app.get("/docs/:name", (_req, res) => void res.send("a document"));
    const server = await listen(http.createServer(app));
    t.after(() => server.close());
    const ask = async (path: string) =>
      (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;
    assert.equal(await ask("/docs/readme"), 200);
    assert.equal(await ask("/docs/README"), 200);
    assert.equal(await ask("/docs/readme/"), 200);
    for (const path of ["/docs/admin", "/docs/ADMIN", "/docs/admin/", "/docs/%61dmin"]) {
      assert.notEqual(await ask(path), 200, path);
    }
  });

  const adapted: [string, object][] = [
    ["empty rawHeaders", { rawHeaders: [], headers: { authorization: "Bearer T" } }],
    ["no rawHeaders", { headers: { Authorization: "Bearer T" } }],
    ["null for rawHeaders", { rawHeaders: null, headers: { authorization: "Bearer T" } }],
    ["several values", { headers: { authorization: ["Bearer T", "Bearer T"] } }],
    ["none at all", {}],
  ];
  for (const [title, request] of adapted) {
    it(`reads what adapters for AWS Lambda give: ${title}`, async () => {
      const admit = createExpressMiddleware(guard, ["notes:read"]);
      const text = JSON.stringify(request).replaceAll('T"', `${fixture.tokens.reader}"`);
      const response = new FakeResponse();
      const passed = new Promise((resolve) =>
        admit(JSON.parse(text), response, () => resolve("passes")),
      );
      const outcome = await Promise.race([passed, response.ended]);
      const expected = { "several values": "invalid_token", "none at all": "missing_token" };
      assert.match(String(outcome), new RegExp(expected[title as never] ?? "^passes$"));
    });
  }

  it("reads the headers of the Fetch standard", async () => {
    const admit = createExpressMiddleware(guard, ["notes:read"]);
    const authorization = `Bearer ${fixture.tokens.reader}`;
    for (const [headers, expected] of [
      [new Headers({ authorization }), /^passes$/],
      [new Headers({ authorization: `${authorization}, ${authorization}` }), /invalid_token/],
      [new Headers(), /missing_token/],
    ] as const) {
      const response = new FakeResponse();
      const passed = new Promise((resolve) =>
        admit({ headers }, response, () => resolve("passes")),
      );
      assert.match(String(await Promise.race([passed, response.ended])), expected);
    }
  });

  it("forwards the user's token", async () => {
    const admit = createExpressMiddleware(guard, "optional");
    const authorization = `Bearer ${fixture.tokens.reader}`;
    for (const headers of [{ authorization }, {}]) {
      const request = { headers };
      await new Promise<void>((resolve) => admit(request, new FakeResponse(), () => resolve()));
      assert.deepEqual(forwardedAuthorization(request), headers);
    }
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

  it("fastify: a route of many paths is not asked for one that another rule names in another spelling", async (t) => {
    const lenient = { caseSensitive: false, ignoreTrailingSlash: true };
    const start = (routerOptions: object, more: HttpPolicy) => {
      const app = Fastify({ routerOptions });
      const policy: HttpPolicy = {
        "GET /public/*": "open",
        "GET /public/staff": ["staff"],
        "GET /public/reports/": ["staff"],
        "GET /users/:id/*": "open",
        "GET /about": "open",
        ...more,
      };
      app.addHook("onRequest", createFastifyHook(guard, policy));
      for (const path of ["/public/*", "/users/:id/*", "/about"]) app.get(path, () => path);
      t.after(() => app.close());
      return app;
    };
    for (const more of [{}, { "GET /*": ["staff"] }] as HttpPolicy[]) {
      const apps = [start({}, more), start(lenient, more)];
      const rows = [
        ["/public/a", 200],
        ["/public/staff/", 403],
        ["/public/Staff", 403],
        ["/public/%73taff", 403],
        ["/public/reports", 403],
        ["/users/7/notes", 200],
      ] as const;
      for (const [url, expected] of rows) {
        for (const app of apps) assert.equal((await app.inject({ url })).statusCode, expected, url);
      }
    }
    const app = start(lenient, {});
    // The router takes these for the route that the rule names.
    for (const url of ["/About", "/about/"]) {
      assert.equal((await app.inject({ url })).statusCode, 200, url);
    }
  });
});

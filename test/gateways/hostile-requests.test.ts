/** What the doors make of requests that no gateway sends: bodies without end, two credentials, rates that are used up. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { after, describe, it, type TestContext } from "node:test";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { type RawRequest, sendHttp1 } from "../support/raw-request.js";
import { startTokenServer } from "./token-server.js";

const server = await startTokenServer();
after(() => server.close());

const FORM = "application/x-www-form-urlencoded";
/** Each door: who may ask, how its body is typed, and what a body without end is answered. */
const DOORS = [
  { path: "/authz", caller: "gateway", type: FORM, tooLong: 401 },
  { path: "/introspect", caller: "gateway", type: FORM, tooLong: 413 },
  { path: "/revoke", caller: "revoker", type: FORM, tooLong: 413 },
  { path: "/tokenreview", caller: "gateway", type: "application/json", tooLong: 413 },
] as const;
type Door = (typeof DOORS)[number];
/** The doors that read a body. */
const READERS = DOORS.filter(({ tooLong }) => tooLong === 413);

function headersOf({ path, caller, type }: Door): Record<string, string> {
  const key = server.keys[caller] as string;
  const credential =
    path === "/authz" ? { "x-gateway-key": key } : { authorization: `Bearer ${key}` };
  return { ...credential, "content-type": type };
}

/** The start of a request over HTTP/1.1, for a body that comes in chunks. */
function headOf(door: Door, more: readonly string[] = []): string {
  const fields = Object.entries(headersOf(door)).map(([name, value]) => `${name}: ${value}`);
  const lines = [`POST ${door.path} HTTP/1.1`, "Host: localhost", "Transfer-Encoding: chunked"];
  return [...lines, ...fields, ...more, "", ""].join("\r\n");
}

function openSocket(t: TestContext, url = server.url) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => {});
  t.after(() => socket.destroy());
  return socket;
}

function openSession(t: TestContext) {
  const session = connectHttp2(server.url);
  session.on("error", () => {});
  t.after(() => session.destroy());
  return session;
}

describe("a body without end", () => {
  const CHUNK = `4000\r\n${"x".repeat(0x4000)}\r\n`;

  for (const door of DOORS) {
    it(`is answered before it ends at ${door.path}, HTTP/1.1`, async (t) => {
      const socket = openSocket(t);
      // 80 KiB, more than any door takes, and the last chunk never comes.
      socket.write(headOf(door) + CHUNK.repeat(5));
      const [answer] = await once(socket, "data");
      assert.match(String(answer), new RegExp(`^HTTP/1\\.1 ${door.tooLong} `));
    });

    it(`is answered before it ends at ${door.path}, HTTP/2`, async (t) => {
      const stream = openSession(t).request({
        ":method": "POST",
        ":path": door.path,
        ...headersOf(door),
      });
      stream.on("error", () => {});
      stream.write("x".repeat(5 * 0x4000));
      const [{ ":status": status }] = await once(stream, "response");
      assert.equal(status, door.tooLong);
    });
  }
});

describe("a body that does not come", () => {
  for (const door of READERS) {
    it(`is given up after ten seconds at ${door.path}, HTTP/1.1`, async (t) => {
      const socket = openSocket(t);
      await once(socket, "connect");
      t.mock.timers.enable({ apis: ["setTimeout"] });
      socket.write(headOf(door, ["Expect: 100-continue"]));
      // Node says so when it hands the request on.
      const [said] = await once(socket, "data");
      assert.match(String(said), /^HTTP\/1\.1 100 /);
      socket.write("1\r\nt\r\n");
      const closed = new Promise((resolve) => socket.once("close", resolve));
      t.mock.timers.tick(9_999);
      assert.equal(socket.readyState, "open");
      t.mock.timers.tick(1);
      await closed;
    });

    it(`is given up after ten seconds at ${door.path}, HTTP/2`, async (t) => {
      const session = openSession(t);
      const answered = () => new Promise((resolve) => session.ping(resolve));
      await once(session, "connect");
      await answered();
      t.mock.timers.enable({ apis: ["setTimeout"] });
      const stream = session.request({ ":method": "POST", ":path": door.path, ...headersOf(door) });
      const closed = new Promise((resolve) => stream.once("close", resolve));
      stream.on("error", () => {});
      stream.write("t");
      // The answer comes behind what the server has made of the stream.
      await answered();
      t.mock.timers.tick(10_000);
      await closed;
      assert.equal(stream.rstCode, constants.NGHTTP2_CANCEL);
    });
  }
});

describe("a request at a door", () => {
  for (const door of DOORS) {
    const token = () => server.manager.generateToken("ada").token;

    it(`is refused with two authorization headers: ${door.path}`, async (t) => {
      const socket = openSocket(t);
      const key = door.path === "/authz" ? token() : server.keys[door.caller];
      const twice = [`authorization: Bearer ${key}`, `Authorization: Bearer ${key}`];
      const { authorization, ...rest } = headersOf(door);
      const fields = Object.entries(rest).map(([name, value]) => `${name}: ${value}`);
      const lines = [`POST ${door.path} HTTP/1.1`, "Host: localhost", "Content-Length: 0"];
      socket.write([...lines, ...fields, ...twice, "", ""].join("\r\n"));
      const [answer] = await once(socket, "data");
      assert.match(String(answer), /^HTTP\/1\.1 401 /);
    });

    it(`is refused with a NUL in a header, and with 64 KiB of headers: ${door.path}`, async (t) => {
      const nul = openSocket(t);
      nul.write(headOf(door, ["X-User-Id: a\0b"]));
      assert.match(String((await once(nul, "data"))[0]), /^HTTP\/1\.1 400 /);
      const long = openSocket(t);
      long.write(headOf(door, [`X-Long: ${"y".repeat(65_536)}`]));
      assert.match(String((await once(long, "data"))[0]), /^HTTP\/1\.1 429 /);
    });
  }
});

describe("rates", () => {
  /** A caller who may ask every door, and Envoy's, once in a hundred seconds; holders as rarely. */
  async function rareServer(t: TestContext) {
    const key = generateApiKey();
    const rpcs = ["ForwardAuth", "OAuthIntrospect", "OAuthRevoke", "TokenReview", "ExtAuthz"];
    const row = { name: "gateway", api_keys: [{ sha256: digestApiKey(key) }], rpcs };
    const rows = parseCallers(JSON.stringify({ callers: [{ ...row, calls_per_second: 0.01 }] }));
    const isAuthentic = (text: string) => own.manager.introspectToken(text).state !== "INVALID";
    const callers = new KnownCallers(rows, isAuthentic, { callsPerSecond: 0.01 });
    const own = await startTokenServer({ callers });
    t.after(() => own.close());
    return { url: own.url, key, token: own.manager.generateToken("ada").token };
  }

  const asked = (key: string, token: string): Record<string, RawRequest> => {
    const authorization = `Bearer ${key}`;
    const posted = (path: string, type: string, body: string) => {
      return { path, method: "POST", headers: { authorization, "content-type": type }, body };
    };
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
    const headers = { "x-gateway-key": key, authorization: `Bearer ${token}` };
    return {
      "/authz": { path: "/authz", headers: key === token ? { authorization } : headers },
      "/introspect": posted("/introspect", FORM, `token=${token}`),
      "/revoke": posted("/revoke", FORM, `token=${token}`),
      "/tokenreview": posted("/tokenreview", "application/json", JSON.stringify(review)),
      ext_authz: posted(
        "/envoy.service.auth.v3.Authorization/Check",
        "application/json",
        JSON.stringify({ attributes: { request: { http: {} } } }),
      ),
    };
  };
  /** What a caller beyond its rate is told: a gateway's client hears that tokens cannot be checked. */
  const BEYOND: Record<string, number> = { "/authz": 503 };

  for (const door of ["/authz", "/introspect", "/revoke", "/tokenreview", "ext_authz"]) {
    it(`of a caller count every request at ${door}`, async (t) => {
      const { url, key, token } = await rareServer(t);
      const request = asked(key, token)[door] as RawRequest;
      assert.equal((await sendHttp1(url, request)).status, 200);
      const { status, headers } = await sendHttp1(url, request);
      assert.equal(status, BEYOND[door] ?? 429);
      assert.ok(Number(headers["retry-after"]) > 0);
    });
  }

  for (const door of ["/authz", "/introspect", "/revoke"]) {
    it(`of holders count every request at ${door}`, async (t) => {
      const { url, token } = await rareServer(t);
      const request = asked(token, token)[door] as RawRequest;
      assert.equal((await sendHttp1(url, request)).status, 200);
      assert.equal((await sendHttp1(url, request)).status, BEYOND[door] ?? 429);
    });
  }
});

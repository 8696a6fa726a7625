/** A token in a cookie that the gateway's configuration names, at `/authz` and at Envoy's Check. */
import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { after, describe, it } from "node:test";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Authorization } from "../../gen/ts/src/envoy/service/auth/v3/external_auth_pb.js";
import { sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { startTokenServer } from "./token-server.js";

const server = await startTokenServer();
after(() => server.close());
const envoy = createClient(Authorization, createGrpcTransport({ baseUrl: server.url }));
const { token } = server.manager.generateToken("ada", { permissions: ["read"] });
const other = server.manager.generateToken("eve", { permissions: ["read"] }).token;

/** What a client shows, and what the application is sent; `admitted` is the cookie header that is left. */
interface Case {
  readonly cookie?: string;
  readonly authorization?: string;
  readonly admitted?: string;
  readonly reason?: string;
}
const MISSING = "TOKEN_MISSING";
const INVALID = "TOKEN_INVALID";

const CASES: Record<string, Case> = {
  "the cookie alone": { cookie: `token=${token}`, admitted: "" },
  "the cookie between others": { cookie: `a=1; token=${token}; b="2=3"`, admitted: 'a=1; b="2=3"' },
  "the cookie beside those of RFC 2109": {
    cookie: `$Version=1; token=${token}; $Path=/`,
    admitted: "$Version=1; $Path=/",
  },
  "the cookie, with blanks that nobody needs": {
    cookie: `;; a=1;token=${token} ;`,
    admitted: "a=1",
  },
  "the cookie, with a blank behind its name": { cookie: `token =${token}; a=1`, admitted: "a=1" },
  "the cookie, with a blank before its value": { cookie: `token= ${token}`, admitted: "" },
  "the cookie, with tabs around all of it": {
    cookie: `a=1;\t\ttoken\t=\t${token}\t;\tb`,
    admitted: "a=1; b",
  },
  "the cookie among others without blanks": {
    cookie: `a=1;token=${token};b;;  c=2`,
    admitted: "a=1;b; c=2",
  },
  "the cookie before others": { cookie: `token=${token};b=1;c`, admitted: "b=1;c" },
  "other spaces around other cookies, which stay": {
    cookie: `\u00a0a=1\u00a0; token=${token}`,
    admitted: "\u00a0a=1\u00a0",
  },
  "a header alone": { authorization: `Bearer ${token}`, admitted: "" },
  "a header, and a cookie of another name": {
    authorization: `Bearer ${token}`,
    cookie: `a=${other}`,
    admitted: `a=${other}`,
  },
  "a credential of another scheme": {
    authorization: "Basic YTpi",
    cookie: `token=${token}`,
    admitted: "",
  },
  "two cookies of the name": { cookie: `token=${token}; token=${other}`, reason: INVALID },
  "the same cookie twice": { cookie: `token=${token}; token=${token}`, reason: INVALID },
  "two, of which one is empty": { cookie: `token=; token=${token}`, reason: INVALID },
  "two, of which one has a blank": { cookie: `token =${other}; token=${token}`, reason: INVALID },
  "two, of which one has no value": { cookie: `token; token=${token}`, reason: INVALID },
  "a header and the cookie": {
    authorization: `Bearer ${token}`,
    cookie: `token=${token}`,
    reason: INVALID,
  },
  "a header without a token, and the cookie": {
    authorization: "Bearer",
    cookie: `token=${token}`,
    reason: INVALID,
  },
  "a header with a tab behind its scheme, and the cookie": {
    authorization: `Bearer\t${other}`,
    cookie: `token=${token}`,
    reason: INVALID,
  },
  "a header with another space before its scheme, and the cookie": {
    authorization: `\u00a0bearer ${other}`,
    cookie: `token=${token}`,
    reason: INVALID,
  },
  "a header that only some read as a bearer token, alone": {
    authorization: `Bearer\t${token}`,
    reason: MISSING,
  },
  "a cookie in quotes": { cookie: `token="${token}"`, reason: INVALID },
  "a percent-encoded cookie": { cookie: `token=%41${token.slice(1)}`, reason: INVALID },
  "a cookie that a comma follows": { cookie: `token=${token},a=1`, reason: INVALID },
  "an API key in the cookie": { cookie: `token=${server.keys.gateway}`, reason: INVALID },
  "no cookie": { reason: MISSING },
  "an empty cookie": { cookie: "token=", reason: MISSING },
  "a cookie whose name has another case": { cookie: `Token=${token}`, reason: MISSING },
  "a cookie whose name is percent-encoded": { cookie: `%74oken=${token}`, reason: MISSING },
  "a cookie whose name only begins alike": { cookie: `token2=${token}`, reason: MISSING },
  "a cookie whose name only ends alike": { cookie: `__Host-token=${token}`, reason: MISSING },
  "a cookie behind a comma": { cookie: `a=1,token=${token}`, reason: MISSING },
};

for (const [name, { cookie, authorization, admitted, reason }] of Object.entries(CASES)) {
  const sent = { ...(cookie && { cookie }), ...(authorization && { authorization }) };

  for (const [version, send] of [
    ["HTTP/1.1", sendHttp1],
    ["HTTP/2", sendHttp2],
  ] as const) {
    for (const [who, more] of [
      ["a gateway", { "x-gateway-key": server.keys.gateway as string }],
      ["a holder", {}],
    ] as const) {
      it(`/authz over ${version}, asked by ${who}: ${name}`, async () => {
        const path = "/authz?cookie=token&permission=read";
        const { status, headers, body } = await send(server.url, {
          path,
          headers: { ...sent, ...more },
        });
        if (reason === undefined) {
          assert.equal(status, 200);
          assert.equal(headers["x-user-id"], "ada");
          assert.equal(headers.cookie, admitted);
        } else {
          assert.deepEqual([status, JSON.parse(body.toString()).reason], [401, reason]);
          assert.equal(headers.cookie, undefined);
        }
      });
    }
  }

  it(`Envoy's Check: ${name}`, async () => {
    const { sets, removes, refused } = await check(sent, { cookie: "token", permissions: "read" });
    if (reason !== undefined) return assert.equal(refused, reason);
    assert.equal(sets["x-user-id"], "ada");
    assert.ok(removes.includes("authorization"));
    // A header that Envoy's client has not sent needs no change.
    if (cookie === undefined) return assert.ok(!("cookie" in sets) && !removes.includes("cookie"));
    assert.equal(sets.cookie ?? "", admitted);
    assert.equal(removes.includes("cookie"), admitted === "");
  });
}

/** What some languages take off a text's ends, and HTTP does not. */
const OTHER_SPACES = ["\u00a0", "\u0085", "\u2003", "\u2028", "\u3000", "\ufeff"];

for (const space of OTHER_SPACES) {
  const shown = `U+${space.charCodeAt(0).toString(16).padStart(4, "0")}`;
  for (const [where, cookie] of [
    ["before its name", `${space}token=${token}`],
    ["behind its name", `token${space}=${token}`],
    ["before its value", `token=${space}${token}`],
    ["behind its value", `token=${token}${space}`],
    ["before the name of a second one", `token=${token}; ${space}token=${other}`],
  ] as const) {
    it(`a cookie for the token with ${shown} ${where} is none at either door`, async () => {
      const { refused } = await check({ cookie }, { cookie: "token" });
      assert.equal(refused, INVALID);
      // As UTF-8, and where there is one as the octet of ISO 8859-1.
      const octets = [
        Buffer.from(cookie).toString("latin1"),
        ...(space < "\u0100" ? [cookie] : []),
      ];
      for (const sent of octets) {
        for (const send of [sendHttp1, sendHttp2]) {
          const headers = { cookie: sent, "x-gateway-key": server.keys.gateway as string };
          const { status, body } = await send(server.url, { path: "/authz?cookie=token", headers });
          assert.deepEqual([status, JSON.parse(body.toString()).reason], [401, INVALID]);
        }
      }
    });
  }
}

it("Envoy's Check takes identity and cookies of 48 KiB together, and no more", async () => {
  const { sets } = await check({ cookie: `token=${token}` }, { cookie: "token" });
  const lineOf = ([name, value]: [string, string]) => `${name}: ${value}\r\n`;
  const identity = Object.entries(sets).map(lineOf).join("").length;
  const room = 48 * 1024 - identity - lineOf(["cookie", ""]).length;
  const checkWith = (rest: string) =>
    check({ cookie: `token=${token};${rest}` }, { cookie: "token" });
  const accented = "c".repeat(room % 2) + "é".repeat(Math.floor(room / 2));
  for (const rest of ["c".repeat(room), accented]) {
    assert.equal((await checkWith(rest)).sets.cookie?.length, rest.length);
    assert.equal((await checkWith(`${rest}c`)).refused, "HEADERS_TOO_LONG");
  }
});

/** What Envoy is told to set and to remove, or why it is to refuse. */
async function check(headers: Record<string, string>, contextExtensions: Record<string, string>) {
  const { httpResponse } = await envoy.check(
    { attributes: { request: { http: { headers } }, contextExtensions } },
    { headers: { authorization: `Bearer ${server.keys.gateway}` } },
  );
  if (httpResponse.case === "deniedResponse") {
    const { error, reason, message } = JSON.parse(httpResponse.value.body);
    const refused = error === "invalid_request" ? message : reason;
    return { sets: {} as Record<string, string>, removes: [] as string[], refused };
  }
  assert.ok(httpResponse.case === "okResponse");
  const { headers: options, headersToRemove: removes } = httpResponse.value;
  const sets = Object.fromEntries(
    options.map(({ header }) => [header?.key ?? "", header?.value ?? ""]),
  );
  return { sets, removes, refused: undefined };
}

describe("a cookie for the token", () => {
  const key = { "x-gateway-key": server.keys.gateway as string };
  const cookie = `a=1; token=${token}`;

  it("is not looked at where the configuration names none", async () => {
    for (const more of [key, {}]) {
      const { status } = await sendHttp1(server.url, {
        path: "/authz?permission=read",
        headers: { cookie, ...more },
      });
      assert.equal(status, 401);
    }
    assert.equal((await check({ cookie }, {})).refused, MISSING);
    const bearer = { authorization: `Bearer ${token}`, cookie };
    const { status, headers } = await sendHttp1(server.url, {
      path: "/authz",
      headers: { ...bearer, ...key },
    });
    assert.deepEqual([status, headers.cookie], [200, undefined]);
    const { sets, removes } = await check(bearer, {});
    assert.ok(!("cookie" in sets) && !removes.includes("cookie"));
  });

  it("leaves a header that is never longer than the one that came", async () => {
    const others = Array(6000).fill("a").join(";");
    const sent = { cookie: `token=${token};${others}` };
    const headers = { ...sent, ...key };
    for (const send of [sendHttp1, sendHttp2]) {
      const answer = await send(server.url, { path: "/authz?cookie=token", headers });
      assert.deepEqual([answer.status, answer.headers.cookie], [200, others]);
    }
    assert.equal((await check(sent, { cookie: "token" })).sets.cookie, others);
  });

  it("is named by the configuration alone, not by its client's path", async () => {
    const path = "/authz?permission=read&path=/orders?cookie=token&cookie=token";
    const { status } = await sendHttp1(server.url, { path, headers: { cookie, ...key } });
    assert.equal(status, 401);
  });

  it("has one name, which RFC 6265 allows", async () => {
    for (const query of ["cookie=", "cookie=a%20b", "cookie=a%3Db", "cookie=token&cookie=token"]) {
      const path = `/authz?${query}`;
      const { status } = await sendHttp1(server.url, { path, headers: { cookie, ...key } });
      assert.equal(status, 400, query);
    }
    for (const name of ["", "a b", "a=b", "a;b", "tökén"]) {
      const { refused } = await check({ cookie }, { cookie: name });
      assert.match(refused, /must have a cookie's name as cookie/);
    }
  });

  it("stays where Envoy is told to keep the token", async () => {
    const { sets, removes } = await check({ cookie }, { cookie: "token", keep_token: "true" });
    assert.equal(sets["x-user-id"], "ada");
    assert.ok(!("cookie" in sets) && !removes.includes("cookie"));
    assert.ok(!removes.includes("authorization"));
  });

  it("is found in a field of its own among several of HTTP/2", async () => {
    const session = connectHttp2(server.url);
    const stream = session.request({
      ":path": "/authz?cookie=token",
      cookie: ["a=1", `token=${token}`, "b=2"] as unknown as string,
      ...key,
    });
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      stream.once("response", resolve).once("error", reject);
    });
    session.destroy();
    assert.deepEqual([headers[":status"], headers.cookie], [200, "a=1; b=2"]);
  });
});

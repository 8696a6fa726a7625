/** Callers: their file, their credentials, what they may grant, how often they may call. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { createSecureTokenClient, type SecureTokenClient } from "../../src/client/node.js";
import { admissionOf, requireRows } from "../../src/server/callers/authorization.js";
import { matches, refuseGrant } from "../../src/server/callers/caller-row.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import {
  digestApiKey,
  generateApiKey,
  parseAltNames,
} from "../../src/server/callers/credentials.js";
import { TokenBucket } from "../../src/server/callers/token-bucket.js";
import { bearerOf } from "../../src/service/index.js";
import { fixedManager } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, startServer } from "../support/server-process.js";

const ROW = { name: "a", rpcs: ["ValidateToken"] };
const file = (...callers: object[]) => JSON.stringify({ callers });

describe("the callers file", () => {
  const digest = "ab".repeat(32);
  const wrong: [string, string, RegExp][] = [
    ["is no JSON", "{", /^must be JSON$/],
    ["is no object with callers", "[]", /must be an object with "callers"/],
    [
      "has a name twice",
      '{"callers":[{"name":"a","rpcs":[],"rpcs":[]}]}',
      /^holds callers\[0\]\.rpcs twice$/,
    ],
    ["has grants twice", '{"callers":[{"grants":{},"grants":{}}]}', /callers\[0\]\.grants twice/],
    [
      "misspells a name of grants",
      '{"callers":[{"name":"a","rpcs":[],"grants":{"permision":[],"user_id":"*","max_expires_in_hours":1}}]}',
      /grants: permision is not known: did you mean permissions\?/,
    ],
    [
      "misspells a name of a key",
      '{"callers":[{"name":"a","rpcs":[],"api_keys":[{"sha265":"x"}]}]}',
      /api_keys: sha265 is not known: did you mean sha256\?/,
    ],
    ["names a caller holder", '{"callers":[{"name":"holder","rpcs":[]}]}', /must not be holder/],
    ["has another member", '{"callers":[],"x":1}', /^x is not known$/],
    ["has a caller without a name", file({ rpcs: [] }), /callers\[0\]\.name must be/],
    [
      "has two callers whose names are misspelt, neither of which stands twice",
      '{"callers":[{"nmae":"a","rpcs":[]},{"nmae":"b","rpcs":[]}]}',
      /^(?:callers\[\d\]\.n(?:mae is not known.*|ame must be .*)(?:\n|$)){4}$/,
    ],
    ["has two callers of a name", file(ROW, ROW), /name a stands twice/],
    [
      "names an unknown RPC",
      file({ ...ROW, rpcs: ["Mint"] }),
      /rpcs: Mint is no RPC of TokenService$/m,
    ],
    [
      "misspells an RPC",
      file({ ...ROW, rpcs: ["ValidateToken", "validateTokn"] }),
      /rpcs: validateTokn is no RPC of TokenService: did you mean ValidateToken\?/,
    ],
    [
      "has rpcs that are no list",
      file({ ...ROW, rpcs: "Mint" }),
      /rpcs must be a list of names of RPCs/,
    ],
    ["has a wildcard for RPCs", file({ ...ROW, rpcs: ["*"] }), /rpcs: "\*" is no RPC/],
    ["has a member it does not know", file({ ...ROW, admin: true }), /admin is not known/],
    [
      "has three keys of a caller",
      file({ ...ROW, api_keys: ["a", "b", "c"].map((c) => ({ sha256: c.repeat(64) })) }),
      /api_keys must be at most 2/,
    ],
    ["has a key in the clear", file({ ...ROW, api_keys: [{ sha256: "secret" }] }), /64 hexadec/],
    [
      "gives two callers one key",
      file(
        { ...ROW, api_keys: [{ sha256: digest }] },
        { ...ROW, name: "b", api_keys: [{ sha256: digest }] },
      ),
      /stands twice/,
    ],
    [
      "has a certificate name with a wildcard",
      file({ ...ROW, certificates: [{ dns_name: "*.example.org" }] }),
      /certificates must each have/,
    ],
    [
      "has grants without a bound",
      file({ ...ROW, grants: { permissions: ["*"], user_id: "*" } }),
      /grants must have/,
    ],
    [
      "has a * inside a pattern",
      file({
        ...ROW,
        grants: { permissions: ["a*b"], user_id: "*", max_expires_in_hours: 1 },
      }),
      /grants must have/,
    ],
    [
      "grants what no token can hold",
      file({
        ...ROW,
        grants: { permissions: ["ab", "a", "\u200b*"], user_id: "", max_expires_in_hours: 1 },
      }),
      /^callers\[0\]\.grants\.permissions\[1\] must be 2 to 30 printable.*\n.*permissions\[2\] must.*\n.*grants\.user_id must be 1 to 256/,
    ],
    ["takes a name that the log uses", file({ ...ROW, name: "Holder" }), /the log uses it/],
    ["has a switch that is no boolean", file({ ...ROW, holder_refresh: "off" }), /holder_refresh/],
    [
      "gives two callers one DNS name in two spellings",
      file(
        { ...ROW, certificates: [{ dns_name: "a.example.org" }] },
        { ...ROW, name: "b", certificates: [{ dns_name: "A.example.ORG" }] },
      ),
      /stands twice/,
    ],
    ["has a rate of nothing", file({ ...ROW, calls_per_second: 0 }), /calls_per_second must be/],
  ];
  for (const [what, text, message] of wrong) {
    it(`is refused when it ${what}`, () => assert.throws(() => parseCallers(text), { message }));
  }

  it("reports every fault at once", () => {
    assert.throws(
      () => parseCallers(file({ name: "", rpcs: ["x"] }, { ...ROW, calls_per_second: -1 })),
      ({ message }: Error) => message.split("\n").length === 3,
    );
  });
});

describe("credentials", () => {
  it("makes API keys that are told from tokens, and keeps their digest alone", () => {
    const key = generateApiKey();
    assert.match(key, /^stk_[A-Za-z0-9_-]{43}$/);
    assert.match(digestApiKey(key), /^[0-9a-f]{64}$/);
    assert.notEqual(generateApiKey(), key);
  });

  it("reads a bearer as RFC 6750 writes it", () => {
    for (const authorization of ["bearer abc", "Bearer  abc", "BEARER \tabc \t", " Bearer abc"]) {
      assert.equal(bearerOf({ authorization }), "abc", authorization);
    }
    for (const authorization of ["Bearer", "Bearer ", " bearer\t"]) {
      assert.equal(bearerOf({ authorization }), "", authorization);
    }
    for (const authorization of [undefined, "", "Basic abc", "Bearerabc", "Bearer\tabc", "Bear"]) {
      assert.equal(bearerOf(authorization === undefined ? {} : { authorization }), undefined);
    }
  });

  it("takes no name from inside another", () => {
    const text = 'URI:spiffe://a/b, DNS:x.org, URI:"spiffe://c, URI:spiffe://admin", DNS:y.org';
    assert.deepEqual(parseAltNames(text), ["URI:spiffe://a/b", "DNS:x.org", "DNS:y.org"]);
    assert.deepEqual(parseAltNames('DNS:"a\\", URI:spiffe://admin"'), []);
  });

  it("reads DNS names, and the hosts of SPIFFE ids, in any case, and their paths in their own", () => {
    const text = "DNS:Svc.Example.ORG, URI:Spiffe://Example.ORG/B, URI:urn:A:B, URI:http://Ann@h/";
    assert.deepEqual(parseAltNames(text), [
      "DNS:svc.example.org",
      "URI:spiffe://example.org/B",
      "URI:urn:A:B",
      "URI:http://Ann@h/",
    ]);
    const certificates = [{ dns_name: "SVC.example.org" }, { spiffe_id: "spiffe://Example.org/B" }];
    const [row] = parseCallers(file({ ...ROW, certificates }));
    assert.deepEqual(row?.certificateNames, ["DNS:svc.example.org", "URI:spiffe://example.org/B"]);
  });
});

describe("authorization", () => {
  it("has a row for every RPC, and stops where one is missing", () => {
    requireRows(TokenService.methods);
    assert.throws(() => admissionOf("securetoken.v1.TokenService", "Mint"), /no authorization row/);
  });
});

describe("grants", async () => {
  const manager = await fixedManager();

  it("match as the pattern says", () => {
    assert.ok(matches("read", "read") && matches("billing:*", "billing:x") && matches("*", ""));
    assert.ok(!matches("read", "reader") && !matches("billing:*", "billin") && !matches("", "x"));
  });

  it("agree with an oracle on 10,000 random rows and requests", () => {
    const name = fc.constantFrom("a", "ab", "abc", "b", "bc", "ca");
    const pattern = fc.oneof(
      name,
      name.map((text) => `${text}*`),
      fc.constant("*"),
    );
    const row = fc.record({
      permissions: fc.array(pattern, { maxLength: 3 }),
      userId: pattern,
      maxExpiresHours: fc.integer({ min: 1, max: 4 }),
      audiences: fc.array(pattern, { maxLength: 2 }),
    });
    const request = fc.record({
      permissions: fc.uniqueArray(
        name.map((text) => `${text}${text}`),
        { maxLength: 3 },
      ),
      userId: name,
      hours: fc.integer({ min: 1, max: 5 }),
      audiences: fc.uniqueArray(name, { maxLength: 2 }),
    });
    const covers = (one: string, text: string) =>
      new RegExp(`^${one.replace("*", ".*")}$`).test(text);
    fc.assert(
      fc.property(row, request, (grants, { permissions, userId, hours, audiences }) => {
        const asked = { permissions, audiences, expiresInHours: hours };
        const issued = manager.generateToken(userId, asked);
        const foreign = audiences.find((a) => !grants.audiences.some((g) => covers(g, a)));
        const offending = permissions.find((p) => !grants.permissions.some((g) => covers(g, p)));
        const field =
          offending !== undefined
            ? "permissions"
            : !covers(grants.userId, userId)
              ? "user_id"
              : foreign !== undefined
                ? "audiences"
                : hours > grants.maxExpiresHours
                  ? "expires_in"
                  : undefined;
        const refusal = refuseGrant(grants, issued);
        assert.equal(refusal?.field, field);
        assert.equal(refusal?.permission, offending);
        assert.equal(refusal?.audience, field === "audiences" ? foreign : undefined);
      }),
      { numRuns: 10_000 },
    );
  });

  it("cover the longest lifetime that they name, as it is rounded", () => {
    for (const maxExpiresHours of [8307.9875, 1 / 3, 0.1, 8760]) {
      const grants = { permissions: [], userId: "*", maxExpiresHours };
      const issued = manager.generateToken("u", { expiresInHours: maxExpiresHours });
      assert.equal(refuseGrant(grants, issued), undefined, `${maxExpiresHours} hours`);
    }
  });

  it("let a caller issue for the audiences that they name, and refresh such tokens; without any, for none", async () => {
    const keys = [generateApiKey(), generateApiKey()] as const;
    const grants = { permissions: ["*"], user_id: "*", max_expires_in_hours: 2 };
    const row = (name: string, key: string, more = {}) => ({
      name,
      api_keys: [{ sha256: digestApiKey(key) }],
      rpcs: ["GenerateToken", "RefreshToken"],
      grants: { ...grants, ...more },
    });
    const text = file(
      row("orders", keys[0], { audiences: ["orders", "stock-*"] }),
      row("none", keys[1]),
    );
    const callers = new KnownCallers(parseCallers(text), () => false);
    const server = await startProductServer(manager, callers);
    const [bounded, unnamed] = keys.map((apiKey) =>
      createSecureTokenClient({ baseUrl: server.origin, apiKey }),
    ) as [SecureTokenClient, SecureTokenClient];
    const issue = (client: SecureTokenClient, ...audiences: string[]) =>
      client.generateToken("u", { audiences, expiresInHours: 1 });
    const refused = (audience: string) => (error: unknown) => {
      assert.ok(error instanceof ConnectError && error.code === Code.PermissionDenied);
      const [info] = error.findDetails(ErrorInfoSchema);
      assert.equal(info?.reason, "CALLER_ERROR_REASON_GRANT_NOT_ALLOWED");
      assert.deepEqual(info?.metadata, { field: "audiences", audience });
      return true;
    };
    const { token, audiences } = await issue(bounded, "orders", "stock-eu");
    assert.deepEqual(audiences, ["orders", "stock-eu"]);
    assert.deepEqual((await bounded.refreshToken(token)).audiences, audiences);
    await assert.rejects(issue(bounded, "orders", "billing"), refused("billing"));
    await assert.rejects(issue(unnamed, "orders"), refused("orders"));
    await assert.rejects(unnamed.refreshToken(token), refused("orders"));
    assert.equal((await issue(unnamed)).audiences, undefined);
    bounded.close();
    unnamed.close();
    await server.close();
  });

  it("refuse over the wire, naming the first offending permission, and say nothing of a token", async () => {
    const key = generateApiKey();
    const text = file({
      name: "billing",
      api_keys: [{ sha256: digestApiKey(key) }],
      rpcs: ["GenerateToken", "RefreshToken"],
      grants: { permissions: ["billing:*"], user_id: "svc-*", max_expires_in_hours: 2 },
    });
    const callers = new KnownCallers(parseCallers(text), () => false);
    const server = await startProductServer(manager, callers);
    const client = createSecureTokenClient({ baseUrl: server.origin, apiKey: key });
    const good = { permissions: ["billing:read"], expiresInHours: 2 };
    assert.ok(await client.generateToken("svc-1", good));
    const wide = { ...good, permissions: ["billing:read", "admin", "root"] };
    const refused: [() => Promise<unknown>, Record<string, string>][] = [
      [() => client.generateToken("svc-1", wide), { field: "permissions", permission: "admin" }],
      [() => client.generateToken("other", good), { field: "user_id" }],
      [() => client.generateToken("svc-1", { expiresInHours: 2.1 }), { field: "expires_in" }],
      [
        () => client.refreshToken(manager.generateToken("svc-1", { permissions: ["root"] }).token),
        { field: "permissions", permission: "root" },
      ],
    ];
    for (const [call, metadata] of refused) {
      const error = await call().catch((reason) => reason);
      assert.ok(error instanceof ConnectError);
      assert.equal(error.code, Code.PermissionDenied);
      const [info] = error.findDetails(ErrorInfoSchema);
      assert.equal(info?.reason, "CALLER_ERROR_REASON_GRANT_NOT_ALLOWED");
      assert.deepEqual({ ...info?.metadata }, metadata);
    }
    client.close();
    await server.close();
  });
});

describe("rates", () => {
  it("let a burst of a second's worth through, then one as each is earned", () => {
    const bucket = new TokenBucket(4, 0);
    assert.deepEqual(
      [0, 0, 0, 0, 0].map(() => bucket.take(0)),
      [0, 0, 0, 0, 250],
    );
    assert.ok(bucket.take(249) > 0);
    assert.equal(bucket.take(250), 0);
    assert.equal(bucket.take(10_000), 0);
  });

  it("end in RESOURCE_EXHAUSTED with the time to wait", async () => {
    const key = generateApiKey();
    const api_keys = [{ sha256: digestApiKey(key) }];
    const text = file({ name: "a", api_keys, rpcs: ["ExportConfig"], calls_per_second: 0.01 });
    const callers = new KnownCallers(parseCallers(text), () => false);
    const server = await startProductServer(await fixedManager(), callers);
    const client = createSecureTokenClient({ baseUrl: server.origin, apiKey: key });
    await client.exportConfig();
    const error = await client.exportConfig().catch((reason) => reason);
    assert.equal(error.code, Code.ResourceExhausted);
    assert.equal(error.details.length, 2);
    client.close();
    await server.close();
  });
});

describe("a refused caller", () => {
  it("has its answer before its body is read", async () => {
    const callers = new KnownCallers([], () => false);
    const server = await startProductServer(await fixedManager(), callers);
    const session = connect(server.origin);
    const stream = session.request({
      ":method": "POST",
      ":path": "/securetoken.v1.TokenService/GenerateToken",
      "content-type": "application/grpc",
    });
    // Not a byte of a body is ever sent, and the stream is not ended.
    const headers = await new Promise<Record<string, unknown>>((resolve) =>
      stream.on("response", resolve),
    );
    assert.equal(headers["grpc-status"], String(Code.Unauthenticated));
    session.destroy();
    await server.close();
  });
});

describe("secure-token callers, and a server that reads their file", () => {
  const path = join(scratchFolder(), "callers.json");
  const edit = (...args: string[]) => runCommand(["callers", ...args, "--file", path]);

  it("adds, rotates, revokes and lists; the server follows, and keeps the last good file", async () => {
    const first = (await edit("add", "app", "--role", "verifier")).stdout.trim();
    assert.ok(!readFileSync(path, "utf8").includes(first));
    assert.match((await edit("list")).stdout, /^app: key [0-9a-f]{8}; ValidateToken/);
    assert.equal((await edit("add", "app", "--role", "issuer")).code, 1);
    const server = await startServer({ CALLERS_FILE: path });
    const can = async (apiKey: string) => {
      const client = createSecureTokenClient({ baseUrl: server.url, apiKey });
      const found = await client.introspectToken("x").then(
        () => true,
        (error) => {
          assert.equal(error.code, Code.Unauthenticated);
          return false;
        },
      );
      client.close();
      return found;
    };
    assert.equal(await can(first), true);

    const early = await edit("revoke", "app", "--old-keys");
    assert.equal(early.code, 1);
    assert.match(early.output, /^app has no old keys: `callers rotate app` first /);
    const second = (await edit("rotate", "app")).stdout.trim();
    await inForce(server, 2);
    assert.deepEqual([await can(first), await can(second)], [true, true]);
    await edit("revoke", "app", "--old-keys");
    await inForce(server, 3);
    assert.deepEqual([await can(first), await can(second)], [false, true]);

    writeFileSync(path, '{"callers": [{"name": "broken"}]}');
    await until(() => server.output().includes("refused: what was in force before stays"));
    assert.match(server.output(), /rpcs(:| must be)/);
    assert.equal(await can(second), true);
    assert.equal(await healthOf(server.url, "callers_file"), undefined);
    assert.equal(await healthOf(server.url, "callers_file", second), "NOT_SERVING");
    assert.equal(await healthOf(server.url, ""), "SERVING");

    writeFileSync(path, file());
    await inForce(server, 4);
    assert.equal(await can(second), false);
    assert.equal(await healthOf(server.url, "callers_file", second), undefined);
    for (const key of [first, second]) assert.ok(!server.output().includes(key));
    await server.end();
  });

  it("stops a server at start when every user can write the file", async () => {
    writeFileSync(path, file());
    chmodSync(path, 0o666);
    const { code, output } = await runCommand(["serve"], { CALLERS_FILE: path, PORT: "0" });
    chmodSync(path, 0o600);
    assert.equal(code, 78);
    assert.match(output, /CALLERS_FILE can be written by every user \(mode 0666\)/);
  });

  it("stops a server at start, with the faults of every other file too", async () => {
    const env = { CALLERS_FILE: "none.json", KEYSET_FILE: "none", PORT: "0" };
    const tls = { TLS_CERT_FILE: "none", TLS_KEY_FILE: "none" };
    const { code, output } = await runCommand(["serve"], { ...env, ...tls });
    assert.equal(code, 78);
    for (const name of ["CALLERS_FILE", "KEYSET_FILE", "TLS_"]) assert.ok(output.includes(name));
  });

  it("stops a server at start, with every fault", async () => {
    writeFileSync(path, file({ name: "a", rpcs: ["Mint"] }));
    const { code, output } = await runCommand(["serve"], { CALLERS_FILE: path, PORT: "0" });
    assert.equal(code, 78);
    assert.match(output, /CALLERS_FILE callers\[0\]\.rpcs: Mint is no RPC of TokenService/);
  });
});

/** Waits until the file has been put in force so many times, the start included. */
function inForce(server: { output(): string }, times: number): Promise<void> {
  return until(() => server.output().split('"in force"').length - 1 >= times);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function healthOf(url: string, service: string, key?: string): Promise<string | undefined> {
  const response = await fetch(`${url}/grpc.health.v1.Health/Check`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ service }),
  });
  return ((await response.json()) as { status?: string }).status;
}

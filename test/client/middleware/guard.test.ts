/** The guard by itself: what it asks the token service, what it keeps, what it tells. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { TokenError } from "../../../src/client/errors.js";
import { parseHttpPolicy } from "../../../src/client/middleware/http-policy.js";
import { createTokenGuard } from "../../../src/client/middleware/index.js";
import { parseRpcPolicy } from "../../../src/client/middleware/rpc-policy.js";
import { RateExceededError, SecureTokenClient } from "../../../src/client/node.js";
import { createPersistentTransport } from "../../../src/client/persistent-transport.js";
import { Duration, Instant } from "../../../src/client/time.js";
import { type GuardFixture, startGuardFixture } from "../../support/guard-suite.js";
import { beyondRate } from "../../support/shortages.js";
import { createTestClock } from "../../support/test-clock.js";

describe("token guard", () => {
  let fixture: GuardFixture;
  before(async () => {
    fixture = await startGuardFixture();
  });
  after(() => fixture.close());

  /** How many calls the token service gets while `action` runs. */
  const callsDuring = async (action: () => Promise<unknown>) => {
    const calls = fixture.calls();
    await action();
    return fixture.calls() - calls;
  };

  it("asks about every request where nothing is kept", async () => {
    const guard = createTokenGuard(fixture.client);
    const ask = () => guard.admit([`Bearer ${fixture.tokens.reader}`], ["notes:read"]);
    assert.equal(await callsDuring(ask), 1);
    assert.equal(await callsDuring(ask), 1);
  });

  it("asks nothing about what cannot pass or needs no token", async () => {
    const guard = createTokenGuard(fixture.client);
    const good = `Bearer ${fixture.tokens.reader}`;
    const calls = await callsDuring(async () => {
      await guard.admit([], "anyValidToken");
      await guard.admit([good, good], "anyValidToken");
      await guard.admit([`Bearer ${"a".repeat(8193)}`], "anyValidToken");
      await guard.admit(["Basic YTpi"], "anyValidToken");
      await guard.admit([good], undefined);
      await guard.admit([good], "open");
    });
    assert.equal(calls, 0);
  });

  it("refuses a token that a program has found in a list, as cookies and queries may have it", async () => {
    for (const options of [{}, { cache: { ttlMs: 1000, maxEntries: 1 } }, { watch: true }]) {
      const faults: unknown[] = [];
      const guard = createTokenGuard(fixture.client, {
        ...options,
        onFault: (it) => faults.push(it),
      });
      const { reader } = fixture.tokens;
      // biome-ignore lint/suspicious/noExplicitAny: what `req.query.token as string` gives.
      const { refusal } = await guard.admitToken([reader] as any, "anyValidToken");
      assert.equal(refusal?.reason, "TOKEN_INVALID");
      assert.equal((await guard.admitToken(reader, "anyValidToken")).refusal, undefined);
      assert.deepEqual(faults, []);
      guard.close();
    }
  });

  it("asks about the longest token there may be", async () => {
    const guard = createTokenGuard(fixture.client);
    const calls = await callsDuring(() =>
      guard.admit([`Bearer ${"a".repeat(8192)}`], "anyValidToken"),
    );
    assert.equal(calls, 1);
  });

  it("keeps valid answers for their time, with every permission still checked", async () => {
    const clock = createTestClock();
    const guard = createTokenGuard(fixture.client, {
      cache: { ttlMs: 5000, maxEntries: 10, clock },
    });
    const authorization = [`Bearer ${fixture.tokens.reader}`];
    const ask = () => guard.admit(authorization, ["notes:read"]);
    assert.equal(await callsDuring(ask), 1);
    clock.advance(4999);
    assert.equal(await callsDuring(ask), 0);
    const denied = await guard.admit(authorization, ["notes:write"]);
    assert.equal(denied.refusal?.httpStatus, 403);
    clock.advance(1);
    assert.equal(await callsDuring(ask), 1);
  });

  it("keeps no refusal", async () => {
    const guard = createTokenGuard(fixture.client, { cache: { ttlMs: 5000, maxEntries: 10 } });
    for (const token of [fixture.tokens.forged, fixture.tokens.expired, fixture.tokens.revoked]) {
      const ask = () => guard.admit([`Bearer ${token}`], "anyValidToken");
      assert.equal(await callsDuring(ask), 1);
      assert.equal(await callsDuring(ask), 1);
    }
  });

  it("keeps no answer beyond the token's expiry", async () => {
    const clock = createTestClock();
    const guard = createTokenGuard(fixture.client, {
      cache: { ttlMs: 60_000, maxEntries: 10, clock },
    });
    const ask = () => guard.admit([`Bearer ${fixture.tokens.reader}`], "anyValidToken");
    // The tokens live for an hour: this leaves 36 seconds.
    fixture.advanceHours(0.99);
    assert.equal(await callsDuring(ask), 1);
    clock.advance(35_999);
    assert.equal(await callsDuring(ask), 0);
    clock.advance(1);
    assert.equal(await callsDuring(ask), 1);
    fixture.advanceHours(-0.99);
  });

  it("gives claims that no handler can change for another", async () => {
    const guard = createTokenGuard(fixture.client, { cache: { ttlMs: 5000, maxEntries: 10 } });
    const ask = () => guard.admit([`Bearer ${fixture.tokens.reader}`], "anyValidToken");
    const { claims } = await ask();
    assert.ok(claims);
    assert.throws(() => (claims.permissions as string[]).push("admin"), TypeError);
    assert.throws(() => Object.assign(claims, { userId: "eve" }), TypeError);
    assert.throws(() => Object.assign(claims.additionalData, { admin: true }), TypeError);
    assert.throws(() => Object.assign(claims.expiresAt, { seconds: 0 }), TypeError);
    assert.equal((await ask()).claims?.userId, "ada");
  });

  const failures: [string, unknown, number, boolean][] = [
    ["the service is down", new ConnectError("secret detail", Code.Unavailable), 503, true],
    ["our own key is refused", new ConnectError("secret detail", Code.Unauthenticated), 503, true],
    ["our own key may not", new ConnectError("secret detail", Code.PermissionDenied), 503, true],
    ["an error of no kind", new Error("secret detail"), 503, true],
    ["a kind of a newer server", new TokenError("secret detail", facts()), 401, false],
  ];
  for (const [title, error, status, isFault] of failures) {
    it(`refuses with ${status}, telling nothing: ${title}`, async () => {
      const faults: unknown[] = [];
      const guard = createTokenGuard(
        { validateToken: () => Promise.reject(error) },
        { onFault: (fault) => faults.push(fault) },
      );
      const { refusal } = await guard.admit(["Bearer any"], "anyValidToken");
      assert.equal(refusal?.httpStatus, status);
      assert.doesNotMatch(JSON.stringify(refusal), /secret detail|any/);
      assert.deepEqual(faults, isFault ? [error] : []);
    });
  }

  it("refuses at once where the client makes more calls than it may", async () => {
    let calls = 0;
    const validateToken = () => {
      calls++;
      throw beyondRate(1);
    };
    const transport = createRouterTransport(({ service }) =>
      service(TokenService, { validateToken }),
    );
    const client = new SecureTokenClient(createPersistentTransport([{ transport }]));
    const faults: unknown[] = [];
    const guard = createTokenGuard(client, { onFault: (fault) => faults.push(fault) });
    const { refusal } = await guard.admit(["Bearer abc"], "anyValidToken");
    assert.deepEqual([refusal?.httpStatus, refusal?.retryAfter], [503, 1]);
    assert.equal(calls, 1);
    assert.ok(faults[0] instanceof RateExceededError);
  });

  it("calls it no fault when the caller leaves", async () => {
    const guard = createTokenGuard(fixture.client, {
      onFault: () => assert.fail("nobody waits for this"),
    });
    const { refusal } = await guard.admit(["Bearer any"], "anyValidToken", {
      signal: AbortSignal.abort(),
    });
    assert.equal(refusal?.httpStatus, 503);
  });
});

describe("single flight", () => {
  /** A guard whose token service answers when the test says so. */
  const held = () => {
    const calls: AbortSignal[] = [];
    let answer: (error?: Error) => void = () => {};
    const answered = new Promise<void>((resolve, reject) => {
      answer = (error) => (error ? reject(error) : resolve());
    });
    const guard = createTokenGuard({
      async validateToken(token, call) {
        calls.push(call?.signal as AbortSignal);
        await answered;
        return { ...validToken(), userId: token };
      },
    });
    const ask = (token: string, signal?: AbortSignal) =>
      guard.admit([`Bearer ${token}`], "anyValidToken", { signal });
    return { ask, calls, answer };
  };

  it("asks once about a token that many present at the same time", async () => {
    const { ask, calls, answer } = held();
    const asked = Array.from({ length: 20 }, () => ask("a"));
    const other = ask("b");
    answer();
    for (const { claims } of await Promise.all(asked)) assert.equal(claims?.userId, "a");
    assert.equal((await other).claims?.userId, "b");
    assert.equal(calls.length, 2);
    await ask("a");
    assert.equal(calls.length, 3, "an answer that nothing keeps is used again");
  });

  it("goes on while one of those who ask still waits, and ends with the last", async () => {
    const { ask, calls, answer } = held();
    const [first, second] = [new AbortController(), new AbortController()];
    const left = ask("a", first.signal);
    const stays = ask("a", second.signal);
    first.abort();
    assert.equal((await left).refusal?.httpStatus, 503);
    assert.equal(calls[0]?.aborted, false);
    second.abort();
    await stays;
    assert.equal(calls[0]?.aborted, true);
    const next = ask("a");
    answer();
    assert.equal((await next).claims?.userId, "a");
    assert.equal(calls.length, 2);
  });

  it("gives everybody the same fault", async () => {
    const { ask, calls, answer } = held();
    const asked = [ask("a"), ask("a")];
    answer(new ConnectError("down", Code.Unavailable));
    for (const { refusal } of await Promise.all(asked)) assert.equal(refusal?.httpStatus, 503);
    assert.equal(calls.length, 1);
  });
});

describe("a guard's hook", () => {
  it("may throw: it decides nothing", async () => {
    const guard = createTokenGuard(
      { validateToken: () => Promise.reject(new Error("down")) },
      {
        onFault() {
          throw new Error("the hook fails");
        },
      },
    );
    const { refusal } = await guard.admit(["Bearer any"], "anyValidToken");
    assert.equal(refusal?.reason, "UNAVAILABLE");
  });

  it("needs a client", () => {
    assert.throws(() => createTokenGuard(undefined as never), /needs a SecureTokenClient/);
  });
});

describe("policy of RPCs", () => {
  const policy = { "/notes.v1.Notes/": ["read"], "/notes.v1.Notes/Add": ["write"] };
  const rows: [string, unknown][] = [
    ["/notes.v1.Notes/Add", ["write"]],
    ["/notes.v1.Notes/List", ["read"]],
    ["/notes.v1.NotesAdmin/List", undefined],
    ["/other.Service/List", undefined],
    ["constructor", undefined],
  ];
  for (const [path, requirement] of rows) {
    it(`${path}: ${requirement}`, () => {
      assert.deepEqual(parseRpcPolicy(policy).requirementOf(path), requirement);
    });
  }

  for (const rule of [
    "notes.v1.Notes/Add",
    "/notes.v1.Notes",
    "/notes.v1.Notes/*",
    "/",
    "",
    "/a b/C",
  ]) {
    it(`refuses the rule ${JSON.stringify(rule)}`, () => {
      const wrong = { ...policy, [rule]: ["read"] };
      assert.throws(() => parseRpcPolicy(wrong), {
        name: "TypeError",
        message: /must be a full method/,
      });
    });
  }

  it("refuses a policy without rules", () => {
    assert.throws(() => parseRpcPolicy({}), TypeError);
    assert.throws(() => parseHttpPolicy({}), TypeError);
  });

  it("is not loosened by what happens to its object later", () => {
    const open: Record<string, string[]> = { "/a.B/C": ["write"] };
    const parsed = parseRpcPolicy(open);
    open["/a.B/C"]?.pop();
    assert.deepEqual(parsed.requirementOf("/a.B/C"), ["write"]);
  });
});

describe("policy of HTTP", () => {
  it("refuses two rules that many routers read as one, unless they require the same", () => {
    const rules = { "GET /notes": ["read"], "GET /Notes/": ["write"] };
    assert.throws(() => parseHttpPolicy(rules), /differs from another in the spelling/);
    parseHttpPolicy({ ...rules, "GET /Notes/": ["read"] });
  });

  it("denies a path that many routers read as that of a stricter rule, however either is spelt", () => {
    const rules = parseHttpPolicy({
      "GET /Admin": ["admin"],
      "GET /reports/": ["admin"],
      "GET /notes": ["read"],
      "GET /*": "open",
    });
    for (const path of ["/admin", "/ADMIN/", "/reports", "/Reports/", "/notes/", "/Notes"]) {
      assert.equal(rules.requirementOf("GET", path), undefined, path);
    }
    assert.deepEqual(rules.requirementOf("GET", "/Admin"), ["admin"]);
    assert.deepEqual(rules.requirementOf("GET", "/reports/"), ["admin"]);
    assert.equal(rules.requirementOf("GET", "/Others/"), "open");
  });

  it("looks a long path up in no more steps than its longest prefix has", () => {
    const rules = parseHttpPolicy({ "GET /a/*": "open" });
    assert.equal(rules.requirementOf("GET", `/b${"/x".repeat(8000)}`), undefined);
    assert.equal(rules.requirementOf("GET", `/a${"/x".repeat(8000)}`), "open");
  });
});

function validToken() {
  const instant = () => new Instant(0, 0);
  return {
    valid: true as const,
    tokenId: "id",
    userId: "ada",
    permissions: [],
    issuedAt: instant(),
    sessionStartedAt: instant(),
    expiresAt: instant(),
    additionalData: {},
    sessionId: "session",
    keyId: "key",
    timeRemaining: new Duration(60, 0),
  };
}

function facts() {
  return { reason: "FROM_THE_FUTURE", field: "token", code: Code.FailedPrecondition };
}

/** The guard by itself: what it asks the token service, what it keeps, what it tells. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { TokenError } from "../../../src/client/errors.js";
import { createTokenGuard } from "../../../src/client/middleware/index.js";
import { parsePolicy, requirementOfRpc } from "../../../src/client/middleware/requirement.js";
import { type GuardFixture, startGuardFixture } from "../../support/guard-suite.js";
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
      await guard.admit([], []);
      await guard.admit([good, good], []);
      await guard.admit([`Bearer ${"a".repeat(8193)}`], []);
      await guard.admit(["Basic YTpi"], []);
      await guard.admit([good], undefined);
      await guard.admit([good], "open");
    });
    assert.equal(calls, 0);
  });

  it("asks about the longest token there may be", async () => {
    const guard = createTokenGuard(fixture.client);
    const calls = await callsDuring(() => guard.admit([`Bearer ${"a".repeat(8192)}`], []));
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
      const ask = () => guard.admit([`Bearer ${token}`], []);
      assert.equal(await callsDuring(ask), 1);
      assert.equal(await callsDuring(ask), 1);
    }
  });

  it("keeps no answer beyond the token's expiry", async () => {
    const clock = createTestClock();
    const guard = createTokenGuard(fixture.client, {
      cache: { ttlMs: 60_000, maxEntries: 10, clock },
    });
    const ask = () => guard.admit([`Bearer ${fixture.tokens.reader}`], []);
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
    const ask = () => guard.admit([`Bearer ${fixture.tokens.reader}`], []);
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
      const { refusal } = await guard.admit(["Bearer any"], []);
      assert.equal(refusal?.httpStatus, status);
      assert.doesNotMatch(JSON.stringify(refusal), /secret detail|any/);
      assert.deepEqual(faults, isFault ? [error] : []);
    });
  }

  it("calls it no fault when the caller leaves", async () => {
    const guard = createTokenGuard(fixture.client, {
      onFault: () => assert.fail("nobody waits for this"),
    });
    const { refusal } = await guard.admit(["Bearer any"], [], AbortSignal.abort());
    assert.equal(refusal?.httpStatus, 503);
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
      assert.deepEqual(requirementOfRpc(parsePolicy(policy), path), requirement);
    });
  }

  it("is not loosened by what happens to its object later", () => {
    const open: Record<string, string[]> = { "/a.B/C": ["write"] };
    const parsed = parsePolicy(open);
    open["/a.B/C"]?.pop();
    assert.deepEqual(requirementOfRpc(parsed, "/a.B/C"), ["write"]);
  });
});

function facts() {
  return { reason: "FROM_THE_FUTURE", field: "token", code: Code.FailedPrecondition };
}

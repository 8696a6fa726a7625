/** The stand-in that users test their own handlers with. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createTokenGuard, WatchedVerifier } from "../../src/client/middleware/index.js";
import { ServiceUnavailableError } from "../../src/client/node.js";
import { createTokenServiceStandIn, type TokenServiceStandIn } from "../../src/testing/index.js";

const HOUR_MS = 3_600_000;
const revoked = { name: "InvalidTokenError", reason: "TOKEN_REVOKED", field: "token" };

describe("the stand-in of the token service", () => {
  let service: TokenServiceStandIn;
  beforeEach(async () => {
    service = await createTokenServiceStandIn();
  });
  afterEach(() => service.close());

  it("issues tokens that its client finds valid", async () => {
    const token = service.issue("ann", ["notes:read"], { additionalData: { team: 7 } });
    const claims = await service.client.validateToken(token);
    assert.equal(claims.userId, "ann");
    assert.deepEqual(claims.permissions, ["notes:read"]);
    assert.deepEqual(claims.additionalData, { team: 7 });
    assert.deepEqual(service.calls, ["ValidateToken"]);
  });

  it("keeps the service's rules", () => {
    assert.throws(() => service.issue(""), { name: "TokenError", field: "userId" });
    assert.throws(() => service.advance(-1), TypeError);
    assert.throws(() => service.advance(Number.NaN), TypeError);
  });

  it("takes back a token, a session and a user", async () => {
    const [one, two, three] = [service.issue("ann"), service.issue("ann"), service.issue("ann")];
    await service.revoke(one);
    await assert.rejects(service.client.validateToken(one), revoked);
    const { sessionId } = await service.client.validateToken(two);
    await service.revokeSession(sessionId);
    await assert.rejects(service.client.validateToken(two), revoked);
    await service.client.validateToken(three);
    await service.revokeUser("ann");
    await assert.rejects(service.client.validateToken(three), revoked);
    await service.client.validateToken(service.issue("ann"));
  });

  it("has tokens expire", async () => {
    const expired = { name: "TokenExpiredError", reason: "TOKEN_EXPIRED" };
    await assert.rejects(service.client.validateToken(service.issueExpired("ann")), expired);
    const token = service.issue("ann", [], { expiresInHours: 1 });
    service.advance(HOUR_MS - 1000);
    await service.client.validateToken(token);
    service.advance(1001);
    await assert.rejects(service.client.validateToken(token), expired);
  });

  it("can be away, and comes back with all it knew", async () => {
    const token = service.issue("ann");
    await service.revoke(token);
    service.goAway();
    await assert.rejects(service.client.validateToken(token), ServiceUnavailableError);
    service.comeBack();
    await assert.rejects(service.client.validateToken(token), revoked);
    assert.deepEqual(service.calls, ["ValidateToken"]);
  });

  it("answers guards with what each refusal looks like", async () => {
    const guard = createTokenGuard(service.client);
    const reasonOf = async (token: string) =>
      (await guard.admitToken(token, ["notes:read"])).refusal?.reason;
    assert.equal(await reasonOf(service.issue("ann", ["notes:read"])), undefined);
    assert.equal(await reasonOf(service.issue("ann")), "PERMISSION_MISSING");
    assert.equal(await reasonOf(service.issueExpired("ann")), "TOKEN_EXPIRED");
    assert.equal(await reasonOf("anything"), "TOKEN_INVALID");
    service.goAway();
    assert.equal(await reasonOf(service.issue("ann", ["notes:read"])), "UNAVAILABLE");
  });

  it("feeds a watched verifier, which goes on without it until its knowledge is too old", async () => {
    const verifier = new WatchedVerifier(service.client, { clock: service.clock });
    try {
      await until(() => verifier.state.isReady);
      const [kept, other] = [service.issue("ann"), service.issue("bob")];
      await verifier.verify(kept);
      await verifier.verify(other);
      await service.revoke(other);
      await until(() => verifier.state.revocations === 1);
      await assert.rejects(verifier.verify(other), revoked);
      assert.deepEqual(service.calls, ["WatchRevocations", "ValidateToken", "ValidateToken"]);

      service.goAway();
      assert.equal((await verifier.verify(kept)).userId, "ann");
      service.advance(10_001);
      await assert.rejects(verifier.verify(kept), ServiceUnavailableError);
      service.comeBack();
      await until(
        () => verifier.state.isReady && (verifier.state.stalenessMs ?? Infinity) < 10_000,
      );
      assert.equal((await verifier.verify(kept)).userId, "ann");
      await assert.rejects(verifier.verify(other), revoked);
    } finally {
      verifier.close();
    }
  });
});

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
}

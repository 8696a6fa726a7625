/** The services that a token is meant for: what may be named, what is required, what is carried over. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_TOKEN_LENGTH } from "../../src/core/rules.js";
import { fixedManager, movableClock } from "../support/fixed-manager.js";

const clock = movableClock();
const manager = await fixedManager({ clock });
const issue = (...audiences: string[]) => manager.generateToken("ada", { audiences });

describe("audiences of a new token", () => {
  it("are told as they were given, and come back", () => {
    const audiences = ["orders", "https://billing.example.com/", "ünï 😀"];
    const issued = issue(...audiences);
    assert.deepEqual(issued.audiences, audiences);
    assert.deepEqual(manager.validateToken(issued.token).audiences, audiences);
    assert.deepEqual(manager.getTokenInfo(issued.token).audiences, audiences);
    const found = manager.introspectToken(issued.token);
    assert.deepEqual(found.state === "ACTIVE" && found.claims.audiences, audiences);
  });

  it("are left out where there are none: the token is that of the Python library", () => {
    for (const issued of [manager.generateToken("ada"), issue()]) {
      assert.ok(!("audiences" in issued));
      assert.ok(!("audiences" in manager.validateToken(issued.token)));
    }
    assert.ok(issue().token.length < issue("a").token.length);
  });

  it("hold their rules: 16 of 1 to 256 characters, none twice", () => {
    const sixteen = Array.from({ length: 16 }, (_, i) => `service-${i}`);
    assert.deepEqual(issue(...sixteen).audiences, sixteen);
    assert.deepEqual(issue("😀".repeat(256)).audiences?.length, 1);
    const tooMany = { reason: "TOO_MANY_AUDIENCES", field: "audiences" };
    assert.throws(() => issue(...sixteen, "one more"), tooMany);
    for (const wrong of ["", "a".repeat(257), "a\0b", "\ud800", 5, null]) {
      assert.throws(() => issue("first", wrong as string), {
        reason: "AUDIENCE_INVALID",
        field: "audiences[1]",
      });
    }
    assert.throws(() => issue("a", "b", "a"), {
      reason: "AUDIENCE_INVALID",
      field: "audiences[2]",
      message: "audiences[2] must not stand twice",
    });
    const audiences = "orders" as unknown as string[];
    assert.throws(() => manager.generateToken("ada", { audiences }), {
      message: "audiences must be a list",
    });
  });

  it("are named where they make the token too long", () => {
    const long = Array.from({ length: 16 }, (_, i) => `${i}`.padEnd(256, "a"));
    assert.ok(issue(...long.slice(0, 8)).token.length <= MAX_TOKEN_LENGTH);
    assert.throws(() => issue(...long.map((name) => name.replaceAll("a", "é"))), {
      reason: "TOKEN_TOO_LARGE",
      field: "audiences",
    });
  });

  it("are kept by every refresh", () => {
    const refreshed = manager.refreshToken(issue("orders", "billing").token);
    const again = manager.refreshToken(refreshed.token, { byHolder: true });
    assert.deepEqual(again.audiences, ["orders", "billing"]);
    assert.deepEqual(manager.validateToken(again.token).audiences, ["orders", "billing"]);
  });
});

describe("a required audience", () => {
  const { token, tokenId } = issue("orders", "billing");
  const mismatch = { name: "InvalidTokenError", reason: "AUDIENCE_MISMATCH", field: "audience" };
  /** Each way to ask, refused alike. */
  const ways = {
    validateToken: (of: string, audience: string) => manager.validateToken(of, { audience }),
    checkPermission: (of: string, audience: string) =>
      manager.checkPermission(of, "read", { audience }),
    checkPermissions: (of: string, audience: string) =>
      manager.checkPermissions(of, ["read"], { audience }),
    batchValidateTokens(of: string, audience: string) {
      const [result] = manager.batchValidateTokens([of], { audience });
      if (result !== undefined && "error" in result) throw result.error;
    },
  };

  it("lets a token pass that names it, and says which was checked", () => {
    const valid = manager.validateToken(token, { audience: "billing" });
    assert.deepEqual([valid.tokenId, valid.checkedAudience], [tokenId, "billing"]);
    const several = manager.validateToken(token, { audience: ["none", "billing", "orders"] });
    assert.equal(several.checkedAudience, "billing");
    assert.ok(!("checkedAudience" in manager.validateToken(token)));
  });

  for (const [name, ask] of Object.entries(ways)) {
    it(`refuses every other token: ${name}`, () => {
      for (const audience of ["stock", "Orders", "orders ", "order"]) {
        assert.throws(() => ask(token, audience), { ...mismatch, metadata: { audience } });
      }
      assert.throws(() => ask(manager.generateToken("ada").token, "orders"), mismatch);
    });

    it(`breaks its rule before a token is looked at: ${name}`, () => {
      for (const audience of ["", "a".repeat(257), "\n", 5, null, []] as string[]) {
        assert.throws(() => ask("none", audience), {
          name: "TokenError",
          reason: "AUDIENCE_INVALID",
        });
      }
    });
  }

  it("is no excuse for a token that is not valid", () => {
    assert.throws(() => manager.validateToken("none", { audience: "orders" }), {
      reason: "TOKEN_MALFORMED",
    });
    const expiring = manager.generateToken("ada", { audiences: ["orders"], expiresInHours: 1 });
    clock.micros += 2 * 3_600_000_000;
    assert.throws(() => manager.validateToken(expiring.token, { audience: "stock" }), {
      reason: "TOKEN_EXPIRED",
    });
  });
});

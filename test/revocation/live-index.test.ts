/** The live index against a plain list of entries that is asked by the rules. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Claims, Instant, type Revocation, userKey } from "../../src/core/index.js";
import { LiveIndex } from "../../src/revocation/live-index.js";
import { NOON, tokenEntry, userEntry } from "../support/revocation-entries.js";

const IDS = ["a", "b", "c"];
const times = fc.integer({ min: NOON, max: NOON + 5 });
const entries: fc.Arbitrary<Revocation> = fc
  .tuple(
    fc.constantFrom("TOKEN", "SESSION", "USER", "EVERYTHING"),
    fc.constantFrom(...IDS),
    times,
    times,
  )
  .map(([kind, id, issuedBefore, expiresAt]) => {
    if (kind === "TOKEN" || kind === "SESSION") return tokenEntry(id, { kind, expiresAt });
    const named = kind === "USER" ? userKey(id) : "";
    // As servers make them: a later cut-off is kept longer.
    return tokenEntry(named, { kind, issuedBefore, expiresAt: issuedBefore + 1 });
  });
const claims: fc.Arbitrary<Claims> = fc
  .tuple(fc.constantFrom(...IDS), fc.constantFrom(...IDS), fc.constantFrom(...IDS), times, times)
  .map(([tokenId, sessionId, userId, issued, started]) => {
    const issuedAt = Instant.fromMicros(issued);
    const sessionStartedAt = Instant.fromMicros(started);
    const rest = { permissions: [], expiresAt: issuedAt, additionalData: {} };
    return { tokenId, sessionId, userId, issuedAt, sessionStartedAt, ...rest };
  });

/** The rules, said once more and slowly. */
function isHit(entry: Revocation, claims: Claims): boolean {
  if (entry.kind === "TOKEN") return entry.id === claims.tokenId;
  if (entry.kind === "SESSION") return entry.id === claims.sessionId;
  if (entry.kind === "USER" && entry.id !== userKey(claims.userId)) return false;
  const starts = [claims.sessionStartedAt, claims.issuedAt];
  const micros = starts.map((instant) => instant.seconds * 1_000_000 + instant.micros);
  return Math.min(...micros) <= entry.issuedBefore;
}

describe("the live index", () => {
  it("revokes what an entry hits and nothing else, in any order, and forgets what has expired", () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 12 }), claims, times, (list, token, now) => {
        const index = new LiveIndex();
        for (const entry of list) index.add(entry);
        assert.equal(
          index.isRevoked(token),
          list.some((entry) => isHit(entry, token)),
        );
        // A few at a time, as servers do.
        for (let i = 0; i <= list.length; i++) index.expire(now, 1);
        const kept = list.filter(({ expiresAt }) => expiresAt >= now);
        assert.equal(
          index.isRevoked(token),
          kept.some((entry) => isHit(entry, token)),
        );
      }),
    );
  });

  it("gives entries in the order of arrival, those that are kept longer as the newest", () => {
    const index = new LiveIndex();
    const long = tokenEntry("a", { expiresAt: NOON + 9 });
    const short = tokenEntry("a", { expiresAt: NOON + 1 });
    const others = [tokenEntry("s", { kind: "SESSION" }), userEntry("u", NOON)];
    assert.ok([short, ...others, long].every((entry) => index.add(entry)));
    assert.equal(index.add(short), false);
    const order = [...index.values()].map(({ revocation }) => revocation);
    assert.deepEqual(order, [...others, long]);
    assert.equal(index.size, 3);
  });

  it("keeps the latest cut-off of a user alone, in whichever order they come", () => {
    for (const reversed of [false, true]) {
      const superseded: Revocation[] = [];
      const index = new LiveIndex((revocation) => superseded.push(revocation));
      const cutOffs = Array.from({ length: 1000 }, (_, i) => {
        return { ...userEntry(userKey("ann"), NOON + i), expiresAt: NOON + 2000 + i };
      });
      const all = { ...userEntry("", NOON + 1), kind: "EVERYTHING" as const };
      index.add(all);
      for (const entry of reversed ? cutOffs.toReversed() : cutOffs) index.add(entry);
      index.add({ ...all, issuedBefore: NOON });
      assert.equal(index.size, 2);
      assert.equal(superseded.length, 1000);
      assert.equal(index.cutOffOf("ann"), NOON + 999);
      assert.equal(index.cutOffOf("bob"), NOON + 1);
      // The same once more is needed as before.
      index.add(cutOffs.at(-1) as Revocation);
      assert.equal(superseded.length, 1000);
    }
  });

  it("lets no cut-off go that is kept longer than a later one", () => {
    const index = new LiveIndex();
    const key = userKey("ann");
    index.add({ ...userEntry(key, NOON), expiresAt: NOON + 9 });
    index.add({ ...userEntry(key, NOON + 5), expiresAt: NOON + 6 });
    index.expire(NOON + 8);
    assert.equal(index.cutOffOf("ann"), NOON + 5);
    assert.equal(index.size, 1);
  });

  it("tells of the union of two cut-offs, and that it makes both needless", () => {
    const superseded: Revocation[] = [];
    const unions: Revocation[] = [];
    const index = new LiveIndex(
      (revocation) => superseded.push(revocation),
      (revocation) => unions.push(revocation),
    );
    const key = userKey("ann");
    const longer = { ...userEntry(key, NOON), expiresAt: NOON + 9 };
    const later = { ...userEntry(key, NOON + 5), expiresAt: NOON + 6 };
    for (const entry of [longer, later, later, longer]) index.add(entry);
    assert.deepEqual(unions, [{ ...later, expiresAt: NOON + 9 }]);
    assert.deepEqual(superseded, [longer, later, later, longer]);
  });
});

/**
 * What revocations cost: `npm run bench:revocations -- [entries]`, by default a million. A check is
 * measured beside one of an empty index in the same run. It needs Node's --expose-gc for memory.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Claims, Instant, type Revocation, systemClock } from "../src/core/index.js";
import { RevocationAuthority } from "../src/revocation/authority.js";
import { LiveIndex } from "../src/revocation/live-index.js";
import { openLevelStore } from "../src/revocation/store/level-store.js";

const COUNT = Number(process.argv[2] ?? 1_000_000);
const PAGE = 1000;
const CHECKS = 300_000;
const HOUR = 3_600_000_000;

const reporter = { info() {}, warn() {}, error: (_: object, text: string) => print(text, "") };
const randomId = () => randomBytes(24).toString("base64url");
const now = systemClock();
const entry = (): Revocation => {
  const expiresAt = now + HOUR + Math.floor(Math.random() * HOUR);
  return { kind: "TOKEN", id: randomId(), issuedBefore: 0, expiresAt, revokedAt: now, reason: "" };
};
const print = (name: string, value: string) =>
  process.stdout.write(`${name.padEnd(44)} ${value}\n`);

const folder = mkdtempSync(join(tmpdir(), "secure-token-bench-"));
try {
  const store = await openLevelStore(folder);
  const writing = performance.now();
  for (let written = 0; written < COUNT; written += PAGE) {
    await store.append(Array.from({ length: Math.min(PAGE, COUNT - written) }, entry));
  }
  print("durable writes in batches of 1,000", perSecond(COUNT, writing));
  await store.close();

  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const starting = performance.now();
  const authority = await RevocationAuthority.open({
    clock: systemClock,
    feedId: "bench",
    reporter,
    store: await openLevelStore(folder),
  });
  print("start", `${Math.round(performance.now() - starting)} ms`);
  globalThis.gc?.();
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
  print("memory", globalThis.gc ? `${Math.round(megabytes)} MB` : "needs --expose-gc");

  for (let round = 0; round < 3; round++) {
    print("a check that finds nothing", checksIn(authority.index));
    print("the same of an empty index", checksIn(new LiveIndex()));
  }
  const together = performance.now();
  await Promise.all(Array.from({ length: 2 * PAGE }, () => authority.revoke([entry()])));
  print("durable revocations, 2,000 at a time", perSecond(2 * PAGE, together));
  const single = performance.now();
  for (let i = 0; i < 200; i++) await authority.revoke([entry()]);
  print("durable revocations, one by one", perSecond(200, single));
  await authority.revoke([{ ...entry(), kind: "USER", issuedBefore: 1 }]);
  print("a check that finds nothing, a user cut off", checksIn(authority.index));
  await authority.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checksIn(index: LiveIndex): string {
  const issuedAt = Instant.fromMicros(now);
  const rest = { permissions: [], expiresAt: issuedAt, additionalData: {} };
  const claims = Array.from({ length: PAGE }, (): Claims => {
    const [tokenId, sessionId] = [randomId(), randomId()];
    return { tokenId, sessionId, userId: "user", issuedAt, sessionStartedAt: issuedAt, ...rest };
  });
  const began = performance.now();
  let hits = 0;
  for (let done = 0; done < CHECKS; done += PAGE) {
    for (const one of claims) if (index.isRevoked(one)) hits++;
  }
  const micros = (1000 * (performance.now() - began)) / CHECKS;
  if (hits > 0) throw new Error("a token that nobody revoked was hit");
  return `${micros.toFixed(3)} µs`;
}

function perSecond(count: number, since: number): string {
  return `${Math.round((1000 * count) / (performance.now() - since))} a second`;
}

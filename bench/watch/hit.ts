/**
 * What a hit costs in TypeScript: processor time and allocations of WatchedVerifier.verify beside a call
 * and beside the library with the key, and the memory of kept answers and of revocations.
 *
 *     npm run bench:hit
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import {
  createKeyset,
  deriveKey,
  generateSalt,
  generateSecretKey,
  SecureTokenManager,
} from "secure-token-service";
import { createSecureTokenClient } from "secure-token-service/client";
import { WatchedVerifier } from "secure-token-service/middleware";
import { Duration, Instant } from "../../src/client/time.js";
import { KeptAnswers, toKeptAnswer } from "../../src/client/verifier/kept-answers.js";
import { LiveSet } from "../../src/client/verifier/live-set.js";

const ROUNDS = 3;
const HITS = 200_000;
const CALLS = 2_000;
const TOKENS = 100_000;
const REVOCATIONS = 1_000_000;
const PERMISSIONS = ["notes:read", "notes:write"];

const source = { secretKey: generateSecretKey(), salt: generateSalt(), iterations: 100_000 };
const server = await startServer();
const client = createSecureTokenClient({ baseUrl: server.url });
const verifier = new WatchedVerifier(client);
const key = { ...(await deriveKey(source)), state: "PRIMARY" as const };
const manager = new SecureTokenManager(createKeyset([key]));
try {
  const { token } = await client.generateToken("user-1", { permissions: PERMISSIONS });
  while (!verifier.state.isReady) await new Promise((resolve) => setTimeout(resolve, 5));
  await measure("a hit", HITS, () => verifier.verify(token, "notes:read"));
  await measure("a call, this process's part", CALLS, () => client.validateToken(token));
  await measure("the library with the key", CALLS, () => manager.validateToken(token));
} finally {
  verifier.close();
  client.close();
  server.end();
}
print("memory of an answer", `${Math.round(heldBy(keptAnswers) / TOKENS)} bytes, ${TOKENS} kept`);
print(
  "memory of a revocation",
  `${Math.round(heldBy(revocations) / REVOCATIONS)} bytes, ${REVOCATIONS} held`,
);

/** The best round: the machine's other work only adds. */
async function measure(name: string, count: number, work: () => unknown): Promise<void> {
  let micros = Number.POSITIVE_INFINITY;
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) await work();
    const { user, system } = process.cpuUsage(before);
    micros = Math.min(micros, (user + system) / count);
    bytes = await allocatedBy(work);
  }
  print(name, `${micros.toFixed(micros < 10 ? 2 : 0)} µs, ${Math.round(bytes)} bytes`);
}

/** Bytes that a round of `work` allocates on the heap: a few at a time, so that none is collected. */
async function allocatedBy(work: () => unknown): Promise<number> {
  const few = 500;
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < few; i++) await work();
  return (process.memoryUsage().heapUsed - before) / few;
}

function heldBy(fill: () => unknown): number {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const held = fill();
  globalThis.gc?.();
  const after = process.memoryUsage();
  if (held === undefined) throw new Error("nothing is held");
  return after.heapUsed - before.heapUsed + after.external - before.external;
}

function keptAnswers(): KeptAnswers {
  const answers = new KeptAnswers(TOKENS, Number.MAX_SAFE_INTEGER);
  for (let i = 0; i < TOKENS; i++) {
    const tokenId = randomBytes(24).toString("base64url");
    const answer = toKeptAnswer(
      {
        valid: true,
        tokenId,
        sessionId: tokenId,
        userId: `user-${i}`,
        permissions: [...PERMISSIONS],
        issuedAt: new Instant(1_800_000_000, i),
        sessionStartedAt: new Instant(1_800_000_000, i),
        expiresAt: new Instant(1_800_003_600, i),
        timeRemaining: new Duration(3600, 0),
        additionalData: {},
        keyId: "0123456789abcdef",
      },
      0,
    );
    answers.put(randomBytes(32).toString("latin1"), answer);
  }
  return answers;
}

function revocations(): LiveSet {
  const live = new LiveSet();
  for (let i = 0; i < REVOCATIONS; i++) {
    const tokenId = randomBytes(24).toString("base64url");
    live.add([{ tokenId, expiresAt: new Instant(1_800_003_600, 0), reason: "" }]);
  }
  return live;
}

async function startServer() {
  const env = {
    PATH: process.env.PATH ?? "",
    SECRET_KEY: source.secretKey,
    SALT: `base64:${Buffer.from(source.salt).toString("base64")}`,
    PBKDF2_ITERATIONS: String(source.iterations),
    PORT: "0",
  };
  const child = spawn(process.execPath, ["bin/secure-token.js", "serve"], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /"url":"([^"]+)"/.exec(line)?.[1];
    if (!url) continue;
    child.stderr.resume();
    return { url, end: () => child.kill() };
  }
  throw new Error("the server did not start");
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(28)} ${value}\n`);
}

/**
 * Three servers that share their revocations through PostgreSQL, on loopback: a token that one of
 * them revokes is refused by the others within a second.
 *
 * Run it with `npm run example:fleet`. REVOCATION_LOG names a PostgreSQL or Redis that runs already;
 * without it a PostgreSQL is started in a temporary folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { generateSalt, generateSecretKey } from "secure-token-service";
import { InvalidTokenError } from "secure-token-service/client";
import { startPostgres } from "./postgres.mjs";
import { startServer } from "./servers.mjs";

const SERVERS = 3;
const ROUNDS = Number(process.env.ROUNDS ?? 10);

const folder = mkdtempSync(join(tmpdir(), "secure-token-fleet-"));
const postgres = process.env.REVOCATION_LOG ? undefined : await startPostgres();
const settings = {
  SECRET_KEY: generateSecretKey(),
  SALT: `base64:${Buffer.from(generateSalt()).toString("base64")}`,
  PBKDF2_ITERATIONS: "100000",
  REVOCATION_LOG: process.env.REVOCATION_LOG ?? postgres.url,
};
const servers = await Promise.all(
  Array.from({ length: SERVERS }, (_, i) => startServer(i, folder, settings)),
);
try {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(...(await revokeOnce(round)));
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.ceil(share * times.length) - 1]);
  process.stdout.write(
    `${times.length} refusals by other servers: median ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms\n`,
  );
} finally {
  for (const server of servers) server.close();
  await postgres?.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Revokes a token on one server; gives how long each of the others went on accepting it, in milliseconds. */
async function revokeOnce(round) {
  const [first, ...others] = servers.map((_, i) => servers[(i + round) % SERVERS].client);
  const { token } = await first.generateToken("ada", { permissions: ["notes:read"] });
  await Promise.all(others.map((client) => client.validateToken(token)));
  await first.revokeToken(token);
  const revokedAt = performance.now();
  return Promise.all(
    others.map(async (client) => {
      while (await isAccepted(client, token)) await setTimeout(5);
      return performance.now() - revokedAt;
    }),
  );
}

async function isAccepted(client, token) {
  try {
    await client.validateToken(token);
    return true;
  } catch (error) {
    if (error instanceof InvalidTokenError) return false;
    throw error;
  }
}

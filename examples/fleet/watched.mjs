/**
 * Three servers that share revocations through PostgreSQL, and three services that verify 2,000 tokens a
 * second of 1,000 users without a call for each: users are revoked, then the servers are killed and started.
 *
 * Run it with `npm run example:watched`. REVOCATION_LOG names a PostgreSQL or Redis that runs already;
 * without it a PostgreSQL is started in a temporary folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { generateSalt, generateSecretKey } from "secure-token-service";
import { createSecureTokenClient, InvalidTokenError } from "secure-token-service/client";
import { WatchedVerifier } from "secure-token-service/middleware";
import { startPostgres } from "./postgres.mjs";
import { startServer } from "./servers.mjs";

const SERVERS = 3;
const USERS = 1000;
const RATE = 2000;
const REVOKED = Number(process.env.ROUNDS ?? 300);
const MAX_STALENESS_MS = 3000;

const folder = mkdtempSync(join(tmpdir(), "secure-token-watched-"));
const postgres = process.env.REVOCATION_LOG ? undefined : await startPostgres();
const settings = {
  SECRET_KEY: generateSecretKey(),
  SALT: `base64:${Buffer.from(generateSalt()).toString("base64")}`,
  PBKDF2_ITERATIONS: "100000",
  REVOCATION_LOG: process.env.REVOCATION_LOG ?? postgres.url,
};
const startAll = (ports = []) =>
  Promise.all(
    Array.from({ length: SERVERS }, (_, i) => startServer(i, folder, settings, ports[i])),
  );
let servers = await startAll();
const urls = servers.map(({ url }) => url);
/** What each service has decided since it was last read. */
const counts = { hit: 0, miss: 0, accepted: 0, revoked: 0, unavailable: 0, wrong: 0 };
const services = urls.map((_, i) => startService([...urls.slice(i), ...urls.slice(0, i)]));
const load = new AbortController();
try {
  while (!services.every(({ verifier }) => verifier.state.isReady)) await setTimeout(10);
  const users = [];
  for (let i = 0; i < USERS; i++) users.push(await signIn(`user-${i}`));
  for (const { verifier } of services) for (const { token } of users) await verifier.verify(token);
  const running = putLoad(users);
  await tell("all servers serve", 3000, true);

  const times = [];
  for (const user of users.slice(0, REVOKED)) times.push(...(await revokeOnce(user)));
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.ceil(share * times.length) - 1]);
  await tell(`${REVOKED} users are revoked`);
  print(`  refused after: median ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`);

  for (const server of servers) server.close("SIGKILL");
  await tell("all servers are killed, the first two seconds", 2000);
  await setTimeout(MAX_STALENESS_MS - 1000);
  await tell("beyond the bound of 3 seconds", 2000, true);
  servers = await startAll(urls.map((url) => new URL(url).port));
  while (!services.every(({ verifier }) => verifier.state.stalenessMs < 1000)) await setTimeout(10);
  await tell("they are started again", 3000, true);
  load.abort();
  await running;
} finally {
  for (const { verifier, client } of services) {
    verifier.close();
    client.close();
  }
  for (const server of servers) server.close();
  await postgres?.close();
  rmSync(folder, { recursive: true, force: true });
}

/** A service: its client, whose first server is the first of `addresses`, and its verifier. */
function startService(addresses) {
  const client = createSecureTokenClient({ baseUrl: addresses, defaultTimeoutMs: 1000 });
  const onEvent = ({ kind }) => {
    if (kind in counts) counts[kind]++;
  };
  return {
    client,
    verifier: new WatchedVerifier(client, { maxStalenessMs: MAX_STALENESS_MS, onEvent }),
  };
}

async function signIn(name) {
  const { token } = await servers[0].client.generateToken(name, { permissions: ["notes:read"] });
  return { name, token, refusedBy: new Set() };
}

/** Sends RATE tokens a second, at random, to the services in turn. */
async function putLoad(users) {
  const began = performance.now();
  for (let sent = 0; !load.signal.aborted; await setTimeout(5)) {
    for (; sent < ((performance.now() - began) / 1000) * RATE; sent++) {
      const user = users[Math.floor(Math.random() * users.length)];
      void decide(services[sent % services.length], user);
    }
  }
}

/** Verifies a user's token; a token that a service has refused and accepts again is wrong. */
async function decide(service, user) {
  const wasRefused = user.refusedBy.has(service);
  try {
    await service.verifier.verify(user.token, "notes:read");
    counts.accepted++;
    if (wasRefused) counts.wrong++;
    return true;
  } catch (error) {
    const isRevoked = error instanceof InvalidTokenError;
    counts[isRevoked ? "revoked" : "unavailable"]++;
    if (isRevoked) user.refusedBy.add(service);
    return false;
  }
}

/** How long each service goes on accepting a user whom one server has revoked, in milliseconds. */
async function revokeOnce(user) {
  const server = servers[Math.floor(Math.random() * SERVERS)];
  await server.client.revokeUser(user.name);
  const revokedAt = performance.now();
  return Promise.all(
    services.map(async (service) => {
      while (await decide(service, user)) await setTimeout(2);
      return performance.now() - revokedAt;
    }),
  );
}

/** Prints what was decided until now, or in the next `ms` alone. */
async function tell(title, ms = 0, isFresh = false) {
  if (isFresh) reset();
  await setTimeout(ms);
  const { hit, miss, accepted, revoked, unavailable, wrong } = counts;
  const share = ((100 * hit) / Math.max(1, hit + miss)).toFixed(2);
  print(
    `${title}: ${accepted} accepted, ${revoked} revoked, ${unavailable} unavailable, ${wrong} wrong; ${share} % without a call`,
  );
  reset();
}

function reset() {
  for (const name of Object.keys(counts)) counts[name] = 0;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

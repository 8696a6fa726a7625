/**
 * Watched verification in five languages, on a page in the browser: `npm run demo`. README.md says what
 * there is to see, and the settings. Ctrl-C ends everything.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createDemonstration } from "./demonstration.mjs";
import { createJudge, createUser } from "./judge.mjs";
import { LANGUAGES, PERMISSIONS } from "./languages.mjs";
import { startPage } from "./page-server.mjs";
import { buildService, startService } from "./services.mjs";
import { startTokenService } from "./token-service.mjs";

const SIGNED_IN_TOGETHER = 20;
const { PORT = "8070", RATE = "2000", USERS = "1000", BOUND_SECONDS = "5" } = process.env;
const chosen = process.env.LANGUAGES?.toLowerCase().split(",");
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => ending.abort());

const scratch = mkdtempSync(join(tmpdir(), "secure-token-services-"));
/** What ends what was started, the last first. */
const closers = [() => rmSync(scratch, { recursive: true, force: true })];
try {
  await main();
} catch (error) {
  // Ctrl-C ends the children too: what one of them leaves may be seen before the signal is.
  await setTimeout(100);
  if (!ending.signal.aborted) throw error;
} finally {
  for (const close of closers.reverse()) await close();
}

async function main() {
  const { signal } = ending;
  const tokenService = await startTokenService();
  closers.push(() => tokenService.close());
  const { services, missing } = await startServices(tokenService.balancer.url);
  signal.throwIfAborted();
  if (services.length === 0) throw new Error("none of the services runs on this machine");
  const users = await signIn(tokenService.client, Number(USERS));
  const boundMs = Number(BOUND_SECONDS) * 1000;
  const judge = createJudge(boundMs);
  const page = await startPage(Number(PORT), {
    revoke: () => demonstration.revoke(),
    stop: () => demonstration.stopTokenService(),
    start: () => demonstration.startTokenService(),
  });
  closers.push(() => page.close());
  const { publish } = page;
  const rate = Number(RATE);
  const options = { tokenService, services, missing, users, rate, boundMs, judge, publish };
  const demonstration = createDemonstration(options);
  signal.addEventListener("abort", () => demonstration.stop());
  process.stdout.write(`open ${page.url}\n`);
  await demonstration.run();
}

/** Builds and starts what this machine has the tools for; the others are named, with the reason. */
async function startServices(url) {
  const services = [];
  const missing = [];
  const settings = { MAX_STALENESS_SECONDS: BOUND_SECONDS, TIMEOUT_SECONDS: "1" };
  for (const row of LANGUAGES) {
    if (chosen && !chosen.includes(row.language.toLowerCase())) continue;
    try {
      await buildService(row, scratch, ending.signal);
      const service = await startService(row, scratch, { tokenService: url, settings });
      closers.push(() => service.close());
      services.push(service);
    } catch (error) {
      ending.signal.throwIfAborted();
      missing.push({ language: row.language, reason: error.message });
      process.stderr.write(`${row.language} is left out: ${error.message}\n`);
    }
  }
  return { services, missing };
}

/** Users with a token each, a few at a time. */
async function signIn(client, count) {
  const users = [];
  while (users.length < count) {
    const size = Math.min(SIGNED_IN_TOGETHER, count - users.length);
    const group = Array.from({ length: size }, async (_, i) => {
      const name = `user-${String(users.length + i + 1).padStart(4, "0")}`;
      const { token } = await client.generateToken(name, { permissions: PERMISSIONS });
      return createUser(name, token);
    });
    users.push(...(await Promise.all(group)));
  }
  return users;
}

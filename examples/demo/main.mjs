/**
 * Watched verification in five languages, on a page in the browser: `npm run demo`. README.md says what
 * there is to see, and the settings. Ctrl-C ends everything.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { removeWithThisProcess } from "../fleet/children.mjs";
import { createDemonstration } from "./demonstration.mjs";
import { createJudge } from "./judge.mjs";
import { startPage } from "./page-server.mjs";
import { buildServices, startServices } from "./start-services.mjs";
import { startTokenService } from "./token-service.mjs";
import { signIn } from "./users.mjs";

const { PORT = "8070", RATE = "2000", USERS = "1000", BOUND_SECONDS = "5" } = process.env;
const chosen = process.env.LANGUAGES?.toLowerCase().split(",");
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => ending.abort());

const scratch = mkdtempSync(join(tmpdir(), "secure-token-services-"));
/** What ends what was started, the last first. */
const closers = [removeWithThisProcess(scratch)];
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
  const built = await buildServices(chosen, scratch, signal);
  const started = await startServices(built.done, scratch, {
    tokenService: tokenService.balancer.url,
    settings: { MAX_STALENESS_SECONDS: BOUND_SECONDS, TIMEOUT_SECONDS: "1" },
    signal,
    started: (service) => closers.push(() => service.close()),
  });
  signal.throwIfAborted();
  const services = started.done;
  const missing = [...built.missing, ...started.missing];
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

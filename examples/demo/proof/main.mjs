/**
 * `npm run proof:watched`: what watched verification promises, under load, in every language that this
 * machine has the tools for. Prints a table for each part, adds it to bench/results/watched.md, and fails
 * where an answer was wrong. Arguments name parts; README.md of the folder above says what there are.
 */
import { mkdtempSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { removeWithThisProcess } from "../../fleet/children.mjs";
import { buildServices } from "../start-services.mjs";
import { cut } from "./cut.mjs";
import { WRONG } from "./figures.mjs";
import { addResult, toMarkdown, withCircumstances } from "./report.mjs";
import { restarts } from "./restarts.mjs";
import { revocations } from "./revocations.mjs";
import { steady } from "./steady.mjs";
import { inWorld } from "./world.mjs";

const PARTS = { steady, revocations, cut, restarts };
/** What fails the command, of what the parts have shown. */
const MUST_BE_NONE = [
  WRONG,
  "revocations that a service has not shown",
  "of these accepted",
  "cuts that a service did not recover from",
];
/** What SCALE=1 stands for: about three minutes on two quiet cores. SCALE=50 is the whole. */
const REVOCATIONS = 200;
const CUT_REQUESTS = 20_000;

const { RATE = "1000", USERS = "1000", BOUND_SECONDS = "5", SCALE = "1" } = process.env;
const languages = process.env.LANGUAGES?.toLowerCase().split(",");
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const unknown = chosen.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) throw new Error(`no part ${unknown}; there are ${Object.keys(PARTS)}`);
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => ending.abort());
// SIGUSR2 renews workers: the servers need some.
process.env.WORKERS = "2";

const scratch = mkdtempSync(join(tmpdir(), "secure-token-proof-"));
const removeScratch = removeWithThisProcess(scratch);
try {
  const built = await buildServices(languages, scratch, ending.signal);
  for (const name of chosen) await prove(name, built);
} finally {
  removeScratch();
}

async function prove(name, { done, missing }) {
  const { timeoutSeconds, run } = PARTS[name];
  const loadBefore = loadavg()[0];
  const began = performance.now();
  const options = {
    built: done,
    scratch,
    users: Number(USERS),
    boundMs: Number(BOUND_SECONDS) * 1000,
    timeoutSeconds,
    signal: ending.signal,
  };
  const counts = {
    rate: Number(RATE),
    revocations: REVOCATIONS * Number(SCALE),
    cutRequests: CUT_REQUESTS * Number(SCALE),
  };
  const result = await inWorld(options, async (world) => ({
    ...(await run(world, counts)),
    missing: [...missing, ...world.missing],
    services: world.tokenService.description,
  }));
  ending.signal.throwIfAborted();
  const whole = withCircumstances(result, loadBefore);
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`\n${toMarkdown(whole)}\n${name} took ${seconds} s\n`);
  addResult(name, whole);
  if (MUST_BE_NONE.some((what) => whole.shown[what] > 0)) process.exitCode = 1;
}

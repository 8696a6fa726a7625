/**
 * The benchmark: `npm run bench`. A run of all parts writes bench/results; a run of some prints.
 *
 *   --only PART,…   some of core, rpc, spreads, tls, batch, workers, latency, footprint, growth
 *   --rounds N      measured rounds; default 5
 *   --requests N    requests of a measurement over the network; default 10,000
 *   --calls N       calls of a measurement in-process; default 20,000
 *   --out FOLDER    where to write; default bench/results for a run of all parts
 *
 * What a missing tool prevents is named in the report. bench/README.md says the rest.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { generateApiKey } from "../src/server/callers/credentials.js";
import type { Bench } from "./bench.js";
import { leaveServerCore } from "./cores.js";
import { describeMachine } from "./machine.js";
import { measureBatch } from "./parts/batch.js";
import { measureCore } from "./parts/core.js";
import { measureFootprint } from "./parts/footprint.js";
import { measureGrowth } from "./parts/growth.js";
import { measureLatency } from "./parts/latency.js";
import { measureRpc } from "./parts/rpc.js";
import { measureSpreads, measureTls } from "./parts/spreads.js";
import { measureWorkers } from "./parts/workers.js";
import { drawPlot } from "./plot.js";
import { renderPng } from "./plot-png.js";
import { prepare, ROOT } from "./prepare.js";
import { type RunInfo, writeReport } from "./report.js";
import { Results } from "./results.js";
import { writeCallers } from "./server-commands.js";
import { createWorkload } from "./workload.js";

/** In the order of measuring: latency takes its peaks from rpc. */
const PARTS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  core: measureCore,
  rpc: measureRpc,
  spreads: measureSpreads,
  tls: measureTls,
  latency: measureLatency,
  batch: measureBatch,
  workers: measureWorkers,
  footprint: measureFootprint,
  growth: measureGrowth,
};

if (process.platform !== "linux") throw new Error("the benchmark needs Linux: /proc and taskset");
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "10000" },
    calls: { type: "string", default: "20000" },
    out: { type: "string" },
  },
});
const chosen = values.only?.split(",") ?? Object.keys(PARTS);
const unknown = chosen.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  throw new Error(`--only: ${unknown} is none of ${Object.keys(PARTS).join(", ")}`);
}
const out = values.out ?? (values.only === undefined ? join(ROOT, "bench/results") : undefined);
const { rounds, requests, calls } = {
  rounds: readCount("rounds", values.rounds),
  requests: readCount("requests", values.requests),
  calls: readCount("calls", values.calls),
};

say("preparing");
const tools = prepare();
leaveServerCore();
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const results = new Results();
results.notMeasured.push(...tools.missing);
const start = performance.now();
try {
  const apiKey = generateApiKey();
  const callersFile = writeCallers(join(folder, "callers.json"), 1, apiKey);
  const work = await createWorkload(folder, apiKey);
  const bench: Bench = {
    ...{ rounds, requests, calls, results, tools, work },
    ...{ folder, callersFile, apiKey },
  };
  for (const [name, measure] of Object.entries(PARTS)) {
    if (!chosen.includes(name)) continue;
    if (name !== "core" && tools.h2load === undefined) continue;
    say(`measuring ${name}`);
    await measure(bench);
  }
} finally {
  rmSync(folder, { recursive: true });
}
const seconds = (performance.now() - start) / 1000;
const machine = describeMachine(tools.python);
const run: RunInfo = { machine, rounds, requests, calls, seconds };
const plot = drawPlot(results, machine);
const report = writeReport(results, run, plot !== undefined && out !== undefined);
process.stdout.write(report);
if (out !== undefined) {
  const to = resolve(out);
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, "README.md"), report);
  results.write(join(to, "results.jsonl"), run);
  if (plot !== undefined) {
    writeFileSync(join(to, "plot.svg"), plot);
    await renderPng(plot, join(to, "plot.png"));
  }
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`--${name} must be a whole number above 0`);
}

function say(what: string): void {
  process.stderr.write(`${what}\n`);
}

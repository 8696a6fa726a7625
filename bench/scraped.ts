/**
 * What metrics cost: `npm run bench:scraped -- [rounds] [requests]`, by default 10 and 200,000. ValidateToken over
 * gRPC as fast as it is answered (h2load, 4 connections of 16 streams), of a server without a metrics port, of one
 * whose port is scraped each second meanwhile, and of the first once more: what its two differ by is the machine's.
 * Rounds are interleaved, and the first is not counted. The servers have the first core; load and scraper the second.
 */
import { join } from "node:path";
import { generateApiKey } from "../src/server/callers/credentials.js";
import { freePort } from "../test/support/free-port.js";
import { scratchFolder } from "../test/support/scratch-folder.js";
import { leaveServerCore } from "./cores.js";
import { CPU, load, RATE } from "./load.js";
import { describeMachine } from "./machine.js";
import { median, Results } from "./results.js";
import { interleave } from "./rounds.js";
import { ourServer, writeCallers } from "./server-commands.js";
import { type RunningServer, startServer } from "./server-process.js";
import { createWorkload, KEY } from "./workload.js";

const ROUNDS = Number(process.argv[2] ?? 10);
const REQUESTS = Number(process.argv[3] ?? 200_000);
const SCRAPE_EVERY_MS = 1_000;
const PART = "metrics";
const [OFF, SCRAPED, OFF_AGAIN] = ["off", "scraped", "off again"] as const;

leaveServerCore();
const folder = scratchFolder();
const apiKey = generateApiKey();
const work = await createWorkload(folder, apiKey);
const call = work.call("ValidateToken", "grpc", "fernet");
const settings = {
  SECRET_KEY: KEY.secretKey,
  SALT: `base64:${KEY.salt.toString("base64")}`,
  PBKDF2_ITERATIONS: String(KEY.iterations),
  CALLERS_FILE: writeCallers(join(folder, "callers.json"), 1, apiKey),
};
const metricsPort = await freePort();
const results = new Results();
let scrapes = 0;
const off = await startServer(ourServer(settings), call);
try {
  const on = await startServer(ourServer({ ...settings, METRICS_PORT: `${metricsPort}` }), call);
  try {
    await interleave(results, ROUNDS, [
      { part: PART, id: OFF, measure: () => load(off, call, REQUESTS) },
      { part: PART, id: SCRAPED, measure: () => whileScraped(on) },
      { part: PART, id: OFF_AGAIN, measure: () => load(off, call, REQUESTS) },
    ]);
  } finally {
    await on.stop();
  }
} finally {
  await off.stop();
}
report();

/** A load under which the metrics are asked for each second, and read. */
async function whileScraped(server: RunningServer) {
  const under: Promise<void>[] = [];
  const scraping = setInterval(() => under.push(scrape()), SCRAPE_EVERY_MS);
  try {
    return await load(server, call, REQUESTS);
  } finally {
    clearInterval(scraping);
    await Promise.all(under);
  }
}

async function scrape(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const text = await answer.text();
  if (!text.includes("grpc_server_handled_total{")) throw new Error(`no metrics: ${answer.status}`);
  scrapes++;
}

function report(): void {
  const { date, cpu, cores, node, commit } = describeMachine(undefined);
  const lines = [
    `${date}, ${cores} × ${cpu}, Node ${node}, ${commit}; ${ROUNDS} rounds of ${REQUESTS}, ${scrapes} scrapes`,
  ];
  for (const id of [OFF, SCRAPED, OFF_AGAIN]) {
    const rate = Math.round(results.median(PART, id, RATE));
    lines.push(
      `${id.padEnd(10)} ${rate} ${RATE}, ${results.median(PART, id, CPU).toFixed(2)} ${CPU}`,
    );
  }
  for (const measure of [RATE, CPU]) {
    const [scraped, again] = [shares(SCRAPED, measure), shares(OFF_AGAIN, measure)];
    lines.push(
      `${measure}: ${median(scraped).toFixed(3)} of off (rounds ${range(scraped)}); off again ${median(again).toFixed(3)} (${range(again)})`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Round by round, as shares of what the server without metrics had before. */
function shares(id: string, measure: string): number[] {
  const before = results.values(PART, OFF, measure);
  return results.values(PART, id, measure).map((value, round) => value / (before[round] as number));
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;
}

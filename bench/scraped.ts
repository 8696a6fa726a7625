/**
 * What metrics cost: `npm run bench:scraped -- [rounds] [requests]`, by default 8 and 120,000. ValidateToken over gRPC as
 * fast as it is answered (h2load, 4 connections of 16 streams), of a server without a metrics port, of one whose port is
 * scraped each second meanwhile, and of one like the first: what those two differ by is the machine's. Two processes of
 * one program may differ by a tenth for as long as they live, so each round starts all three anew. The servers have the
 * first core; load and scraper the second.
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
import { startServer } from "./server-process.js";
import { createWorkload, KEY } from "./workload.js";

const ROUNDS = Number(process.argv[2] ?? 8);
const REQUESTS = Number(process.argv[3] ?? 120_000);
/** Requests that make a new server as fast as it gets. */
const WARM_UP = 20_000;
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
await interleave(results, ROUNDS, [
  { part: PART, id: OFF, measure: () => measure() },
  { part: PART, id: SCRAPED, measure: () => measure(metricsPort) },
  { part: PART, id: OFF_AGAIN, measure: () => measure() },
]);
report();

/** The load on a new server, once it is warm. @param metricsPort where it is asked for its metrics each second */
async function measure(metricsPort?: number) {
  const port = metricsPort === undefined ? {} : { METRICS_PORT: `${metricsPort}` };
  const server = await startServer(ourServer({ ...settings, ...port }), call);
  try {
    await load(server, call, WARM_UP);
    return await (metricsPort === undefined
      ? load(server, call, REQUESTS)
      : whileScraped(() => load(server, call, REQUESTS)));
  } finally {
    await server.stop();
  }
}

/** Work while which the metrics are asked for each second, and read. */
async function whileScraped<T>(work: () => Promise<T>): Promise<T> {
  const under = [scrape()];
  const scraping = setInterval(() => under.push(scrape()), SCRAPE_EVERY_MS);
  try {
    return await work();
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

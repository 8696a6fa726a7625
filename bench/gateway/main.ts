/**
 * What a check costs at a gateway: `npm run bench:gateway -- [rounds] [requests]`, by default 5 and 20,000.
 * A real Envoy of one thread answers by itself, with ext_authz and with the filter off for its route, in
 * interleaved rounds of which the first is not counted: as fast as it can (h2load, 4 connections of 16
 * streams), then at half of the rate that it reached with checks, at an even pace by the open model. Envoy and
 * the service share the first core; the load has the second.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { digestApiKey } from "../../src/server/callers/credentials.js";
import { scratchFolder } from "../../test/support/scratch-folder.js";
import type { Call } from "../call.js";
import type { PacedAnswer, PacedRun } from "../clients/paced-client.js";
import { LOAD_CORE, leaveServerCore, onCores } from "../cores.js";
import { CPU, load, RATE, SPREAD } from "../load.js";
import { describeMachine } from "../machine.js";
import { Results } from "../results.js";
import { interleave } from "../rounds.js";
import { ourServer } from "../server-commands.js";
import { startServer } from "../server-process.js";
import { createWorkload, KEY } from "../workload.js";
import { startEnvoy, WAYS, type Way } from "./envoy.js";

const ROUNDS = Number(process.argv[2] ?? 5);
const REQUESTS = Number(process.argv[3] ?? 20_000);
const GATEWAY_KEY = "stk_benchmark_gateway";
const PERMISSION = "orders:read";
const PEAK = "peak";
const HALF = "half";
const MEASURES = ["p50 µs", "p99 µs", "p99.9 µs"] as const;

leaveServerCore();
const folder = scratchFolder();
const work = await createWorkload(folder, GATEWAY_KEY);
const service = await startServer(
  ourServer({
    SECRET_KEY: KEY.secretKey,
    SALT: `base64:${KEY.salt.toString("base64")}`,
    PBKDF2_ITERATIONS: String(KEY.iterations),
    CALLERS_FILE: writeCallers(),
  }),
  work.call("ValidateToken", "grpc", "fernet"),
);
const [checking, plain] = await Promise.all(
  WAYS.map((way) => startEnvoy(way, service.port, GATEWAY_KEY)),
);
if (checking === undefined || plain === undefined) throw new Error("no Envoy");
const ports: Record<Way, number> = { "with ext_authz": checking.port, without: plain.port };
const results = new Results();
try {
  const call = callOf(work.manager.generateToken("ada", { permissions: [PERMISSION] }).token);
  await requireChecks();
  await interleave(
    results,
    ROUNDS,
    WAYS.map((way) => ({ part: PEAK, id: way, measure: () => peakOf(way, call) })),
  );
  const rate = Math.round(results.median(PEAK, "with ext_authz", RATE) / 2);
  await interleave(
    results,
    ROUNDS,
    WAYS.map((way) => ({ part: HALF, id: way, measure: () => paced(way, call, rate) })),
  );
  report(rate);
} finally {
  await Promise.all([checking.close(), plain.close()]);
  await service.stop();
}

/** A callers file with the gateway's row. */
function writeCallers(): string {
  const api_keys = [{ sha256: digestApiKey(GATEWAY_KEY), created_at: "2026-11-23T00:00:00Z" }];
  const row = {
    name: "envoy",
    api_keys,
    rpcs: ["ExtAuthz", "ValidateToken"],
    calls_per_second: 1_000_000,
  };
  const file = join(folder, "callers.json");
  writeFileSync(file, JSON.stringify({ callers: [row] }));
  return file;
}

/** A request of a gateway's client. */
function callOf(token: string): Call {
  const [body, file] = [Buffer.from("{}"), join(folder, "order")];
  writeFileSync(file, body);
  return {
    path: "/orders",
    headers: { authorization: `Bearer ${token}` },
    body,
    file,
    enveloped: false,
  };
}

/** Throws unless one Envoy asks, and the other does not. */
async function requireChecks(): Promise<void> {
  const statuses = await Promise.all(
    WAYS.map(async (way) => (await fetch(`http://127.0.0.1:${ports[way]}/orders`)).status),
  );
  if (String(statuses) !== "401,200") throw new Error(`without a token they answer ${statuses}`);
}

/** As many requests as it answers; the processor time is the service's. */
function peakOf(way: Way, call: Call) {
  return load({ origin: `http://127.0.0.1:${ports[way]}`, pid: service.pid }, call, REQUESTS);
}

/** How long answers take at a rate, in microseconds from when they were due. */
async function paced(way: Way, { path, headers, file }: Call, rate: number) {
  const { connections } = SPREAD;
  const counts = { warmUp: Math.round(rate / 3), requests: REQUESTS };
  const run: PacedRun = { port: ports[way], path, headers, file, connections, rate, ...counts };
  const client = fileURLToPath(new URL("../clients/paced-client.ts", import.meta.url));
  const node = ["--import", "tsx", client, JSON.stringify(run)];
  const { command, args } = onCores(LOAD_CORE, process.execPath, node);
  const { p50, p99, p999 }: PacedAnswer = JSON.parse(
    (await promisify(execFile)(command, args)).stdout,
  );
  return { "p50 µs": p50, "p99 µs": p99, "p99.9 µs": p999 };
}

function report(rate: number): void {
  const { date, cpu, cores, node, commit } = describeMachine(undefined);
  const lines = [
    `${date}, ${cores} × ${cpu}, Node ${node}, ${commit}; ${ROUNDS} rounds of ${REQUESTS}`,
  ];
  for (const way of WAYS) {
    const peak = Math.round(results.median(PEAK, way, RATE));
    lines.push(`${way}: ${peak} requests/s`);
    const times = MEASURES.map((one) => `${one.replace(" µs", "")} ${milliseconds(way, one)} ms`);
    lines.push(`  at ${rate} requests/s: ${times.join(", ")}`);
  }
  const cost = Math.round(results.median(PEAK, "with ext_authz", CPU));
  lines.push(`the service takes ${cost} µs of its core for a check`);
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Median of the rounds, and the largest. */
function milliseconds(way: Way, measure: (typeof MEASURES)[number]): string {
  const values = results.values(HALF, way, measure);
  const largest = Math.max(...values) / 1000;
  return `${(results.median(HALF, way, measure) / 1000).toFixed(2)} (${largest.toFixed(2)})`;
}

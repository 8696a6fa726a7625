/** The report of a run, as Markdown. */

import { HTTP2_ECHO } from "./contenders.js";
import { PAIR_HAS_OWN_LOAD_CORE } from "./cores.js";
import { computeGoals, isMet } from "./goals.js";
import { CPU, RATE, SPREAD } from "./load.js";
import type { Machine } from "./machine.js";
import { format, markdownTable, medianAndSpread, partTable } from "./markdown.js";
import { BATCH, TOKEN_RATE } from "./parts/batch.js";
import { CORE, CORE_OURS } from "./parts/core.js";
import { FOOTPRINT } from "./parts/footprint.js";
import { GROWTH } from "./parts/growth.js";
import { LATENCY, PACE } from "./parts/latency.js";
import { LOADED_MEMORY, OPERATIONS } from "./parts/rpc.js";
import { WORKERS } from "./parts/workers.js";
import type { Results } from "./results.js";

/** How a run was made. */
export interface RunInfo {
  readonly machine: Machine;
  readonly rounds: number;
  readonly requests: number;
  readonly calls: number;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** Writes the report. The plot is linked where it was drawn. */
export function writeReport(results: Results, run: RunInfo, plotted: boolean): string {
  const parts = [
    header(run),
    goals(results),
    plotted ? "![Requests a second, by contender](plot.svg)" : "",
    ...OPERATIONS.map((operation) => calls(results, operation)),
    core(results),
    section(results, BATCH, "Batches", "BatchValidateTokens over gRPC, ours.", "", [
      { measure: TOKEN_RATE },
      { measure: "cpu µs/token", digits: 1 },
    ]),
    section(results, WORKERS, "Workers", workersText(), "", [
      { measure: RATE },
      { measure: CPU, digits: 1 },
      { measure: "after MiB" },
      { measure: "peak MiB" },
      { measure: "processes" },
    ]),
    section(results, LATENCY, "Latency", LATENCY_TEXT, "ValidateToken", [
      { measure: PACE },
      { measure: "p50 µs" },
      { measure: "p99 µs" },
      { measure: "p99.9 µs" },
    ]),
    section(results, FOOTPRINT, "Start-up and memory", FOOTPRINT_TEXT, "", [
      { measure: "start-up ms" },
      { measure: "idle MiB" },
      { measure: "KiB/connection, 200 to 1000", digits: 1 },
    ]),
    section(results, LOADED_MEMORY, "Memory under load", LOADED_TEXT, "", [
      { measure: "before MiB" },
      { measure: "after MiB" },
      { measure: "peak MiB" },
    ]),
    growth(results),
    missing(results),
    method(run),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function header({ machine, rounds, seconds }: RunInfo): string {
  const { date, cpu, cores, memoryGib, kernel, node, commit } = machine;
  const tools = [`Node ${node}`, machine.go, machine.python, machine.h2load].filter(Boolean);
  const measured = commit === undefined ? "" : ` Commit ${commit}.`;
  return `# Benchmark

${date}. ${cpu}, ${cores} cores, ${memoryGib} GiB, ${kernel}. ${tools.join(", ")}.${measured}
\`npm run bench\` made this in ${format(seconds / 60, 1)} minutes. Every number is the median of ${rounds} interleaved rounds, after one to warm up; in brackets the smallest and the largest. Compare within a table: the machine's own speed drifts, which moves requests/s more than processor time a call.`;
}

function goals(results: Results): string {
  const rows = computeGoals(results).map((goal) => {
    const met = isMet(goal);
    const verdict = met === undefined ? "not measured" : met ? "met" : "**missed**";
    const bound = `${goal.below ? "<" : "≥"} ${goal.bound}`;
    return [goal.text, format(goal.value, 2), bound, verdict];
  });
  return `## Goals\n\n${markdownTable(["ratio of medians", "value", "goal", ""], rows)}`;
}

function calls(results: Results, operation: string): string {
  if (!results.has(operation)) return "";
  const limit = results.median(operation, HTTP2_ECHO.name, RATE);
  const names = results.series
    .filter(({ part, measure }) => part === operation && measure === RATE)
    .map(({ subject }) => subject);
  const rows = names.map((name) => [
    name,
    medianAndSpread(results.values(operation, name, RATE)),
    format(results.median(operation, name, RATE) / limit, 2),
    medianAndSpread(results.values(operation, name, CPU), 1),
  ]);
  const table = markdownTable(["", RATE, "/ bare echo", CPU], rows);
  return `## ${operation}\n\n${CALL_TEXT}\n\n${table}`;
}

function core(results: Results): string {
  if (!results.has(CORE)) return "";
  const names = results.series
    .filter(({ part, measure }) => part === CORE && measure === "generate µs")
    .map(({ subject }) => subject);
  const rows = names.map((name) => [
    name,
    ...["generate µs", "validate µs"].flatMap((measure) => [
      medianAndSpread(results.values(CORE, name, measure), 1),
      `${format(results.median(CORE, name, measure) / results.median(CORE, CORE_OURS, measure), 1)}×`,
    ]),
  ]);
  const head = ["", "generate µs", "/ ours", "validate µs", "/ ours"];
  return `## A token, in-process\n\n${CORE_TEXT}\n\n${markdownTable(head, rows)}`;
}

function growth(results: Results): string {
  const parts = [...new Set(results.series.map(({ part }) => part))];
  const tables = parts
    .filter((part) => part.startsWith(GROWTH))
    .map((part) =>
      partTable(results, part, part.slice(GROWTH.length), [
        { measure: RATE },
        { measure: CPU, digits: 1 },
      ]),
    );
  return tables.length === 0 ? "" : `## Growing work\n\n${GROWTH_TEXT}\n\n${tables.join("\n\n")}`;
}

function section(
  results: Results,
  part: string,
  title: string,
  text: string,
  first: string,
  columns: Parameters<typeof partTable>[3],
): string {
  if (!results.has(part)) return "";
  return `## ${title}\n\n${text}\n\n${partTable(results, part, first, columns)}`;
}

function missing({ notMeasured }: Results): string {
  if (notMeasured.length === 0) return "";
  return `## Not measured\n\n${notMeasured.map((reason) => `- ${reason}`).join("\n")}`;
}

function method({ machine, requests, calls: inProcess }: RunInfo): string {
  const flags = machine.nodeFlags.length === 0 ? "no flags" : `\`${machine.nodeFlags.join(" ")}\``;
  const { connections, streams } = SPREAD;
  return `## How it is measured

- Every server is a process on core 0 (\`taskset -c 0\`), the load on core 1. All of them run through the whole comparison; one is asked at a time.
- Ours is what \`npm start\` runs, with a callers file, limits and the log at level info, which goes to \`/dev/null\`. Every Node server has V8's flags of \`npm start\`: ${flags}. Go has \`GOMAXPROCS=1\`; Python is one process. Servers in the comparison know no callers, limits, rules or log; the echoes look at nothing.
- Every server's answer is read and checked before it is measured: its claims, and a generated token is validated.
- \`h2load -n ${requests} -c ${connections} -m ${streams} -t 1 -d BODY -H 'content-type: application/grpc' -H 'te: trailers' -H 'authorization: Bearer stk_…' http://127.0.0.1:PORT/securetoken.v1.TokenService/ValidateToken\`; Connect has \`application/proto\` or \`application/json\` and no \`te\`. Slower contenders get a fifth or two fifths of the requests.
- ${CPU} is user and system time of the server's processes, from \`/proc\`, over the same requests.
- In-process: ${format(inProcess)} calls a round, a process for each contender on core 0; slow ones get fewer.`;
}

const CALL_TEXT =
  "One core for the server. The bare echo is the limit: what `node:http2` does with the same request and no work.";
const CORE_TEXT =
  "Microseconds an operation, each contender alone in a process. JWTs are signed and not encrypted.";
const LATENCY_TEXT =
  "Requests sent at even distances at half of each contender's own peak, over 4 connections, by a client that waits for no answer and counts from when a request was due (`bench/clients/paced-client.ts`; h2load's `--rps` sends bursts 10 ms apart).";
const FOOTPRINT_TEXT =
  "From the start of the process to its first answered call. Deriving the key is part of it where there is one: PBKDF2 with 100,000 iterations, and with the default of 600,000 in the second row. Connections are idle, each after one call.";
const LOADED_TEXT = "Resident memory before the comparison of calls, after it, and at its largest.";
const GROWTH_TEXT = `ValidateToken over gRPC, ours; one thing grows at a time, on ${SPREAD.connections} connections with ${SPREAD.streams} calls each under way. Connections: 64 calls under way in all, but one on each of 128.`;

function workersText(): string {
  return PAIR_HAS_OWN_LOAD_CORE
    ? "ValidateToken over gRPC; the server on two cores, the load on a third."
    : "ValidateToken over gRPC; server and load share two cores, so that two workers compete with the load for requests/s. Processor time a call tells whether a second worker costs more than the first.";
}

/** The report of a run, as Markdown. */

import { HTTP2_ECHO } from "./contenders.js";
import { computeGoals, isMet } from "./goals.js";
import { CPU, RATE } from "./load.js";
import type { Machine } from "./machine.js";
import { format, markdownTable, medianAndSpread, partTable } from "./markdown.js";
import { BATCH, TOKEN_RATE } from "./parts/batch.js";
import { CORE, CORE_OURS } from "./parts/core.js";
import { FOOTPRINT } from "./parts/footprint.js";
import { GROWTH } from "./parts/growth.js";
import { EQUAL_RATES, LATENCY, LATENCY_AT, PACE } from "./parts/latency.js";
import { LOADED_MEMORY, OPERATIONS } from "./parts/rpc.js";
import { SPREADS, TLS_SPREADS } from "./parts/spreads.js";
import { WORKERS } from "./parts/workers.js";
import {
  CALL_TEXT,
  CORE_TEXT,
  EQUAL_TEXT,
  FOOTPRINT_TEXT,
  GROWTH_TEXT,
  LATENCY_TEXT,
  LOADED_TEXT,
  methodText,
  SPREADS_TEXT,
  TLS_TEXT,
  workersText,
} from "./report-text.js";
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
    spreads(results),
    rateTables(results, TLS_SPREADS, "The same over TLS", TLS_TEXT),
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
    ...EQUAL_RATES.map((rate) =>
      section(results, `${LATENCY_AT}${rate}`, `Latency at ${rate} calls/s`, EQUAL_TEXT, "", [
        { measure: "p50 µs" },
        { measure: "p99 µs" },
        { measure: "p99.9 µs" },
      ]),
    ),
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
    methodText(run),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function header({ machine, rounds, seconds }: RunInfo): string {
  const { date, cpu, cores, memoryGib, kernel, node, commit } = machine;
  const tools = [`Node ${node}`, machine.go, machine.python, machine.h2load].filter(Boolean);
  const measured = commit === undefined ? "" : ` Commit ${commit}.`;
  return `# Benchmark

${date}. ${cpu}, ${cores} cores, ${memoryGib} GiB, ${kernel}. ${tools.join(", ")}.${measured}
\`npm run bench\` made this in ${format(seconds / 60, 1)} minutes. A number with brackets is the median of ${rounds} interleaved rounds, after one to warm up, and its smallest and largest value; ratios are those of medians. Compare within a table: the machine's own speed drifts, which moves requests/s more than processor time a call.`;
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
  return rateTables(results, GROWTH, "Growing work", GROWTH_TEXT);
}

function spreads(results: Results): string {
  return rateTables(results, SPREADS, "Connections and calls on each", SPREADS_TEXT);
}

/** A section with a table for each part whose name begins alike. */
function rateTables(results: Results, prefix: string, title: string, text: string): string {
  const parts = [...new Set(results.series.map(({ part }) => part))];
  const tables = parts
    .filter((part) => part.startsWith(prefix))
    .map((part) =>
      partTable(results, part, part.slice(prefix.length), [
        { measure: RATE },
        { measure: CPU, digits: 1 },
      ]),
    );
  return tables.length === 0 ? "" : `## ${title}\n\n${text}\n\n${tables.join("\n\n")}`;
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

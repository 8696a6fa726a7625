/** What was set out to be reached, and whether this run reached it. */
import {
  GO,
  GO_TLS,
  GRPC_JS_ECHO,
  HTTP2_ECHO,
  OURS,
  OURS_CONNECT,
  OURS_JSON,
  OURS_TLS,
} from "./contenders.js";
import { PAIR_HAS_OWN_LOAD_CORE } from "./cores.js";
import { CPU, RATE } from "./load.js";
import { BATCH, batchOf, SINGLE, TOKEN_RATE } from "./parts/batch.js";
import { CORE, CORE_ORIGINAL, CORE_OURS } from "./parts/core.js";
import { EQUAL_RATES, LATENCY, LATENCY_AT } from "./parts/latency.js";
import { SPREAD_ROWS, spreadPart, TLS_SPREAD_ROWS, TLS_SPREADS } from "./parts/spreads.js";
import { WORKER_COUNTS, WORKERS } from "./parts/workers.js";
import type { Results } from "./results.js";

/** A goal and what this run says to it. */
export interface Goal {
  readonly text: string;
  /** A ratio of medians; NaN where something was not measured. */
  readonly value: number;
  readonly bound: number;
  /** Whether the value must be below the bound; else it must reach it. */
  readonly below?: boolean;
}

/** Whether a goal was reached; undefined where it was not measured. */
export function isMet({ value, bound, below }: Goal): boolean | undefined {
  if (Number.isNaN(value)) return undefined;
  return below ? value < bound : value >= bound;
}

/** Every goal, computed from one run. */
export function computeGoals(results: Results): Goal[] {
  const rate = (operation: string, { name }: { name: string }) =>
    results.median(operation, name, RATE);
  const validate = (contender: { name: string }) => rate("ValidateToken", contender);
  const ours = validate(OURS);
  const core = (rival: string, operation: string) =>
    results.median(CORE, rival, `${operation} µs`) /
    results.median(CORE, CORE_OURS, `${operation} µs`);
  const rivals = [
    { name: "the Python original", id: CORE_ORIGINAL, bound: 3 },
    { name: "straightforward node:crypto", id: "node:crypto, straightforward", bound: 1.8 },
    { name: "npm fernet", id: "npm fernet", bound: 15 },
    { name: "jose, JWT HS256", id: "jose, JWT HS256 (signed only)", bound: 15 },
  ];
  const tokens = (subject: string) => results.median(BATCH, subject, TOKEN_RATE);
  return [
    {
      text: "ValidateToken, gRPC / bare node:http2 echo",
      value: ours / validate(HTTP2_ECHO),
      bound: 2,
    },
    { text: "ValidateToken, gRPC / Go", value: ours / validate(GO), bound: 1.4 },
    ...SPREAD_ROWS.map((spread) => ({
      text: `ValidateToken, gRPC / Go, ${spreadPart(spread)} calls`,
      value:
        results.median(spreadPart(spread), OURS.name, RATE) /
        results.median(spreadPart(spread), GO.name, RATE),
      bound: spread.streams >= 16 ? 1.4 : 1,
    })),
    ...TLS_SPREAD_ROWS.map((spread) => ({
      text: `ValidateToken over TLS, gRPC / Go, ${spreadPart(spread, "")} calls`,
      value:
        results.median(spreadPart(spread, TLS_SPREADS), OURS_TLS.name, RATE) /
        results.median(spreadPart(spread, TLS_SPREADS), GO_TLS.name, RATE),
      bound: spread.streams >= 16 ? 1.3 : 0.75,
    })),
    ...EQUAL_RATES.map((rate) => ({
      text: `ValidateToken, p99 at ${rate} calls/s / Go's`,
      value:
        results.median(`${LATENCY_AT}${rate}`, OURS.name, "p99 µs") /
        results.median(`${LATENCY_AT}${rate}`, GO.name, "p99 µs"),
      bound: 2,
      below: true,
    })),
    { text: "ValidateToken, gRPC / grpc-js echo", value: ours / validate(GRPC_JS_ECHO), bound: 2 },
    { text: "ValidateToken, Connect / gRPC", value: validate(OURS_CONNECT) / ours, bound: 0.95 },
    { text: "ValidateToken, Connect JSON / gRPC", value: validate(OURS_JSON) / ours, bound: 0.95 },
    {
      text: "GenerateToken, gRPC / Go",
      value: rate("GenerateToken", OURS) / rate("GenerateToken", GO),
      bound: 1.2,
    },
    ...rivals.flatMap(({ name, id, bound }) =>
      ["generate", "validate"].map((operation) => ({
        text: `core, ${operation}: speed / ${name}`,
        value: core(id, operation),
        bound,
      })),
    ),
    {
      text: "tokens/s in batches of 1,000 / in single calls",
      value: tokens(batchOf(1000)) / tokens(SINGLE),
      bound: 4,
    },
    workersGoal(results),
    {
      text: "ValidateToken, gRPC: p99 / p50 at half load",
      value:
        results.median(LATENCY, OURS.name, "p99 µs") / results.median(LATENCY, OURS.name, "p50 µs"),
      bound: 5,
      below: true,
    },
  ];
}

/** By requests where the load has a core of its own, else by what a call costs. */
function workersGoal(results: Results): Goal {
  const [one, two] = [WORKER_COUNTS[1], WORKER_COUNTS[2]];
  const ratio = (measure: string) =>
    results.median(WORKERS, two, measure) / results.median(WORKERS, one, measure);
  if (PAIR_HAS_OWN_LOAD_CORE) {
    return { text: "2 workers / 1, requests/s", value: ratio(RATE), bound: 1.8 };
  }
  const text = "2 workers / 1, as processor time a call allows (the load takes a core)";
  return { text, value: 2 / ratio(CPU), bound: 1.8 };
}

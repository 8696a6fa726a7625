/** The prose of the report: what its tables show, and how it was measured. */
import { PAIR_HAS_OWN_LOAD_CORE } from "./cores.js";
import { CPU, SPREAD } from "./load.js";
import { format } from "./markdown.js";
import type { RunInfo } from "./report.js";

/** How the numbers came about. */
export function methodText({ machine, requests, calls: inProcess }: RunInfo): string {
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

/** Above the calls. */
export const CALL_TEXT =
  "One core for the server. The echoes look at nothing: the one on our own HTTP/2 is the limit, the bare one is what `node:http2` does with the same request.";
/** Above the tokens in-process. */
export const CORE_TEXT =
  "Microseconds an operation, each contender alone in a process. JWTs are signed and not encrypted.";
/** Above the latencies. */
export const LATENCY_TEXT =
  "Requests sent at even distances at half of each contender's own peak, over 4 connections, by a client that waits for no answer and counts from when a request was due (`bench/clients/paced-client.ts`; h2load's `--rps` sends bursts 10 ms apart).";
/** Above the latencies at equal rates. */
export const EQUAL_TEXT = "The same at one rate for all; who cannot keep it up by far is left out.";
/** Above the spreads. */
export const SPREADS_TEXT =
  "ValidateToken over gRPC: connections × calls under way on each. One call on each of many connections costs a read and a write of the system for every call.";
/** Above the spreads over TLS. */
export const TLS_TEXT =
  "TLS 1.3 with an EC certificate (P-256); four times as many requests, as handshakes are part of it.";
/** Above start-up and memory. */
export const FOOTPRINT_TEXT =
  "From the start of the process to its first answered call. Deriving the key is part of it where there is one: PBKDF2 with 100,000 iterations, and with the default of 600,000 in the second row. Connections are idle, each after one call.";
/** Above memory under load. */
export const LOADED_TEXT =
  "Resident memory before the comparison of calls, after it, and at its largest.";
/** Above growing work. */
export const GROWTH_TEXT = `ValidateToken over gRPC, ours; one thing grows at a time, on ${SPREAD.connections} connections with ${SPREAD.streams} calls each under way. Connections: 64 calls under way in all, but one on each of 128.`;

/** Above the workers. */
export function workersText(): string {
  return PAIR_HAS_OWN_LOAD_CORE
    ? "ValidateToken over gRPC; the server on two cores, the load on a third."
    : "ValidateToken over gRPC; server and load share two cores, so that two workers compete with the load for requests/s. Processor time a call tells whether a second worker costs more than the first.";
}

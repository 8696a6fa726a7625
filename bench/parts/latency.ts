/** How long ValidateToken takes at half of each contender's own peak, and at the same rates. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Bench } from "../bench.js";
import type { PacedAnswer, PacedRun } from "../clients/paced-client.js";
import { type Contender, callOf, requireAnswer } from "../contenders.js";
import { LOAD_CORE, onCores } from "../cores.js";
import { RATE, SPREAD } from "../load.js";
import { bundle } from "../prepare.js";
import { interleave } from "../rounds.js";
import type { RunningServer } from "../server-process.js";
import { loadOnce, type Pair, withServers } from "./rpc.js";

/** The part's name in the results. */
export const LATENCY = "latency at half of the peak";
/** The same at rates that are equal for all; followed by the rate. */
export const LATENCY_AT = "latency at ";
/** Those rates, in requests a second. */
export const EQUAL_RATES = [10_000, 20_000] as const;
/** The rate that a contender was sent. */
export const PACE = "requests/s sent";

/** At most so long a measurement takes, in seconds. */
const LONGEST_SECONDS = 2;
/** How long requests go before that are not counted, in seconds. */
const WARM_UP_SECONDS = 0.3;

/** Measures every contender whose server can be run. */
export async function measureLatency(bench: Bench): Promise<void> {
  const { requests, results, rounds, work } = bench;
  await withServers(bench, async (pairs) => {
    const subjects = [];
    for (const pair of pairs) {
      const { contender, server } = pair;
      await requireAnswer(work, contender, server, "ValidateToken");
      const rate = Math.max(1, Math.round((await peakOf(bench, pair)) / 2));
      results.add(LATENCY, contender.name, { [PACE]: rate });
      const count = Math.max(100, Math.min(requests, rate * LONGEST_SECONDS));
      subjects.push({
        part: LATENCY,
        id: contender.name,
        measure: () => paced(bench, contender, server, rate, count),
      });
      for (const equal of EQUAL_RATES) {
        // Beyond its peak a queue is measured, not a server.
        if (equal > 1.6 * rate) continue;
        subjects.push({
          part: `${LATENCY_AT}${equal}`,
          id: contender.name,
          measure: () => paced(bench, contender, server, equal, equal * LONGEST_SECONDS),
        });
      }
    }
    await interleave(results, rounds, subjects);
  });
}

/** The peak of this run; measured here, the second time counting, where the run has none yet. */
async function peakOf(bench: Bench, { contender, server }: Pair): Promise<number> {
  const measured = bench.results.median("ValidateToken", contender.name, RATE);
  const once = loadOnce(bench, contender, server, "ValidateToken");
  // A server that has just been started is slow at first.
  await once();
  return Number.isNaN(measured) ? (await once())[RATE] : measured;
}

async function paced(
  { work }: Bench,
  contender: Contender,
  { port }: RunningServer,
  rate: number,
  requests: number,
): Promise<Record<string, number>> {
  const { path, headers, file } = callOf(work, contender, "ValidateToken");
  const { connections } = SPREAD;
  const warmUp = Math.round(rate * WARM_UP_SECONDS);
  const run: PacedRun = { port, path, headers, file, connections, rate, warmUp, requests };
  const { command, args } = onCores(LOAD_CORE, process.execPath, [
    bundle("paced-client"),
    JSON.stringify(run),
  ]);
  const { stdout } = await promisify(execFile)(command, args);
  const { p50, p99, p999 }: PacedAnswer = JSON.parse(stdout);
  return { "p50 µs": p50, "p99 µs": p99, "p99.9 µs": p999 };
}

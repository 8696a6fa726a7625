/** ValidateToken over gRPC, by how the same calls are spread over connections. */
import type { Bench } from "../bench.js";
import { callOf, GO, OURS, OWN_HTTP2_ECHO, requireAnswer } from "../contenders.js";
import { load, type Spread } from "../load.js";
import { interleave } from "../rounds.js";
import { withServers } from "./rpc.js";

/** What the names of these parts begin with; one for each spread. */
export const SPREADS = "spread: ";
/** Connections and the calls under way on each. */
export const SPREAD_ROWS: readonly Spread[] = [
  { connections: 1, streams: 64 },
  { connections: 4, streams: 16 },
  { connections: 32, streams: 4 },
  { connections: 16, streams: 1 },
  { connections: 128, streams: 1 },
];
const COMPARED: readonly string[] = [OURS.name, GO.name, OWN_HTTP2_ECHO.name];

/** The part of a spread. */
export function spreadPart({ connections, streams }: Spread): string {
  return `${SPREADS}${connections} × ${streams}`;
}

/** Measures ours, Go's and the limit. */
export async function measureSpreads(bench: Bench): Promise<void> {
  const { requests, results, rounds, work } = bench;
  await withServers(
    bench,
    async (pairs) => {
      const subjects = [];
      for (const { contender, server } of pairs) {
        await requireAnswer(work, contender, server, "ValidateToken");
        const call = callOf(work, contender, "ValidateToken");
        for (const spread of SPREAD_ROWS) {
          subjects.push({
            part: spreadPart(spread),
            id: contender.name,
            measure: () => load(server, call, requests, spread),
          });
        }
      }
      await interleave(results, rounds, subjects);
    },
    ({ name }) => COMPARED.includes(name),
  );
}

/** ValidateToken over gRPC, by how the same calls are spread over connections. */
import type { Bench } from "../bench.js";
import {
  type Contender,
  callOf,
  GO,
  GO_TLS,
  OURS,
  OURS_TLS,
  OWN_HTTP2_ECHO,
  requireAnswer,
} from "../contenders.js";
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
/** What the names of the parts over TLS begin with. */
export const TLS_SPREADS = "TLS: ";
/** Those of them that are measured over TLS. */
export const TLS_SPREAD_ROWS = SPREAD_ROWS.filter(
  ({ connections }) => connections === 4 || connections === 128,
);

/** The part of a spread. */
export function spreadPart({ connections, streams }: Spread, prefix = SPREADS): string {
  return `${prefix}${connections} × ${streams}`;
}

/** Measures ours, Go's and the limit. */
export async function measureSpreads(bench: Bench): Promise<void> {
  await compare(bench, SPREADS, SPREAD_ROWS, [OURS, GO, OWN_HTTP2_ECHO]);
}

/** Measures ours and Go's over TLS. */
export async function measureTls(bench: Bench): Promise<void> {
  const contenders = [OURS_TLS, GO_TLS];
  // So that it is calls that are measured: a handshake takes as long as fifty of them.
  await compare(bench, TLS_SPREADS, TLS_SPREAD_ROWS, contenders, 4 * bench.requests);
}

async function compare(
  bench: Bench,
  prefix: string,
  spreads: readonly Spread[],
  contenders: readonly Contender[],
  count = bench.requests,
): Promise<void> {
  const { results, rounds, work } = bench;
  await withServers(
    bench,
    async (pairs) => {
      const subjects = [];
      for (const { contender, server } of pairs) {
        await requireAnswer(work, contender, server, "ValidateToken");
        const call = callOf(work, contender, "ValidateToken");
        for (const spread of spreads) {
          subjects.push({
            part: spreadPart(spread, prefix),
            id: contender.name,
            measure: () => load(server, call, count, spread),
          });
        }
      }
      await interleave(results, rounds, subjects);
    },
    contenders,
  );
}

/** Tokens a second in batches of different sizes, beside single calls. */
import { fromBinary } from "@bufbuild/protobuf";
import { BatchValidateTokensResponseSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type Bench, commandOf } from "../bench.js";
import { askOnce } from "../call.js";
import { CPU, load, RATE } from "../load.js";
import { interleave } from "../rounds.js";
import type { ServerCommand } from "../server-commands.js";
import { startServer } from "../server-process.js";
import { CONTENT, USER_ID } from "../workload.js";

/** The part's name in the results. */
export const BATCH = "batch";
/** The subject that batches are compared with. */
export const SINGLE = "single ValidateToken";
/** Tokens a second that were answered. */
export const TOKEN_RATE = "tokens/s";

/** Tokens of a batch. */
const SIZES = [1, 10, 100, 1000];
/** At least this many requests: as many as are under way at a time. */
const FEWEST = 64;

/** The subject of a size. */
export function batchOf(size: number): string {
  return `batch of ${size}`;
}

/** Measures ours. */
export async function measureBatch(bench: Bench): Promise<void> {
  const { requests, results, rounds, work } = bench;
  const tokens = Array.from(
    { length: 1000 },
    () => work.manager.generateToken(USER_ID, CONTENT).token,
  );
  const single = work.validateCall(tokens[0] as string);
  const calls = SIZES.map((size) => ({ size, call: work.batchCall(tokens.slice(0, size)) }));
  const server = await startServer(commandOf(bench, "ours") as ServerCommand, single);
  try {
    for (const { size, call } of calls) {
      const answer = await askOnce(server.origin, call);
      if (answer === undefined) throw new Error(`a batch of ${size} is not answered`);
      const { results: told } = fromBinary(BatchValidateTokensResponseSchema, answer);
      if (told.length !== size || told.some(({ result }) => result.case !== "claims")) {
        throw new Error(`a batch of ${size} is not answered with its claims`);
      }
    }
    const subjects = [{ id: SINGLE, size: 1, call: single }].concat(
      calls.map(({ size, call }) => ({ id: batchOf(size), size, call })),
    );
    await interleave(
      results,
      rounds,
      subjects.map(({ id, size, call }) => ({
        part: BATCH,
        id,
        async measure() {
          // Ten times the tokens of a single call's requests, in as many requests as that makes.
          const count = Math.max(FEWEST, Math.min(requests, Math.round((requests * 10) / size)));
          const used = await load(server, call, count);
          return { [TOKEN_RATE]: used[RATE] * size, "cpu µs/token": used[CPU] / size };
        },
      })),
    );
  } finally {
    await server.stop();
  }
}

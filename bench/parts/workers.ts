/** One worker and two, on the same two cores. */
import type { Bench } from "../bench.js";
import { commandOf } from "../bench.js";
import { OURS, requireAnswer } from "../contenders.js";
import { PAIR_CORES, PAIR_LOAD_CORE } from "../cores.js";
import { load, SPREAD } from "../load.js";
import { memoryOf, processTree } from "../process-usage.js";
import { interleave } from "../rounds.js";
import type { ServerCommand } from "../server-commands.js";
import { type RunningServer, startServer } from "../server-process.js";
import { mebibytes } from "./rpc.js";

/** The part's name in the results. */
export const WORKERS = "workers";
/** The subjects, by their number of workers. */
export const WORKER_COUNTS = { 1: "1 worker", 2: "2 workers" } as const;

/** Measures ours with WORKERS=1 and WORKERS=2. */
export async function measureWorkers(bench: Bench): Promise<void> {
  const { requests, results, rounds, work } = bench;
  const call = work.call("ValidateToken", "grpc", "fernet");
  const command = commandOf(bench, "ours") as ServerCommand;
  const running: { id: string; server: RunningServer }[] = [];
  try {
    for (const [count, id] of Object.entries(WORKER_COUNTS)) {
      const env = { ...command.env, WORKERS: count };
      const server = await startServer({ ...command, env }, call, PAIR_CORES);
      running.push({ id, server });
      await requireAnswer(work, OURS, server, "ValidateToken");
    }
    const two = running[1]?.server as RunningServer;
    if (processTree(two.pid).length < 3) {
      results.notMeasured.push("two workers: WORKERS=2 started no processes of their own");
      return;
    }
    await interleave(
      results,
      rounds,
      running.map(({ id, server }) => ({
        part: WORKERS,
        id,
        measure: () => load(server, call, requests, SPREAD, PAIR_LOAD_CORE),
      })),
    );
    for (const { id, server } of running) {
      const { resident, peak } = memoryOf(server.pid);
      const processes = processTree(server.pid).length;
      const values = { "after MiB": mebibytes(resident), "peak MiB": mebibytes(peak), processes };
      results.add(WORKERS, id, values);
    }
  } finally {
    for (const { server } of running) await server.stop();
  }
}

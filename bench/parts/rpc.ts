/** Calls over the network: requests a second, processor time, and memory under load. */
import { type Bench, commandOf } from "../bench.js";
import { CONTENDERS, type Contender, callOf, requireAnswer } from "../contenders.js";
import { load } from "../load.js";
import { memoryOf } from "../process-usage.js";
import { interleave } from "../rounds.js";
import type { ServerName } from "../server-commands.js";
import { type RunningServer, startServer } from "../server-process.js";
import type { Operation } from "../workload.js";

/** The operations that are compared; each is a part of the results. */
export const OPERATIONS: readonly Operation[] = ["ValidateToken", "GenerateToken"];
/** The part that holds memory under load. */
export const LOADED_MEMORY = "memory under load";

/** A contender and the server that it calls. */
export interface Pair {
  readonly contender: Contender;
  readonly server: RunningServer;
}

/** Measures every contender whose server can be run. */
export async function measureRpc(bench: Bench): Promise<void> {
  const { results, rounds, work } = bench;
  await withServers(bench, async (pairs, servers) => {
    for (const operation of OPERATIONS) {
      for (const { contender, server } of pairs) {
        await requireAnswer(work, contender, server, operation);
      }
    }
    for (const [name, { pid }] of servers) {
      results.add(LOADED_MEMORY, name, { "before MiB": mebibytes(memoryOf(pid).resident) });
    }
    const subjects = OPERATIONS.flatMap((operation) =>
      pairs.map(({ contender, server }) => ({
        part: operation,
        id: contender.name,
        measure: loadOnce(bench, contender, server, operation),
      })),
    );
    await interleave(results, rounds, subjects);
    for (const [name, { pid }] of servers) {
      const { resident, peak } = memoryOf(pid);
      const values = { "after MiB": mebibytes(resident), "peak MiB": mebibytes(peak) };
      results.add(LOADED_MEMORY, name, values);
    }
  });
}

/** Runs every server that can be run and is compared, on the servers' core, while `work` is under way. */
export async function withServers(
  bench: Bench,
  work: (pairs: Pair[], servers: Map<ServerName, RunningServer>) => Promise<void>,
  contenders: readonly Contender[] = CONTENDERS,
): Promise<void> {
  const servers = new Map<ServerName, RunningServer>();
  const pairs: Pair[] = [];
  try {
    for (const contender of contenders) {
      const { server: name } = contender;
      const command = commandOf(bench, name);
      if (command === undefined) continue;
      const call = callOf(bench.work, contender, "ValidateToken");
      const server = servers.get(name) ?? (await startServer(command, call));
      servers.set(name, server);
      pairs.push({ contender, server });
    }
    await work(pairs, servers);
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

/** A measurement of a contender's share of the requests. */
export function loadOnce(
  { requests, work }: Bench,
  contender: Contender,
  server: RunningServer,
  operation: Operation,
) {
  const call = callOf(work, contender, operation);
  return () => load(server, call, Math.max(64, Math.round(requests * contender.share)));
}

/** Bytes as MiB. */
export function mebibytes(bytes: number): number {
  return bytes / 2 ** 20;
}

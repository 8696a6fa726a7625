/** What a server costs before it is asked much: start-up time, idle memory, memory of connections. */
import { type Bench, commandOf } from "../bench.js";
import type { Call } from "../call.js";
import { FrameConnection } from "../clients/frames.js";
import { CONTENDERS, callOf } from "../contenders.js";
import { memoryOf } from "../process-usage.js";
import { interleave, type Subject } from "../rounds.js";
import type { ServerCommand } from "../server-commands.js";
import { startServer } from "../server-process.js";
import { mebibytes } from "./rpc.js";

/** The part's name in the results. */
export const FOOTPRINT = "footprint";

/** Idle connections: the difference between few and many is what one costs. */
const FEW_CONNECTIONS = 200;
const MANY_CONNECTIONS = 1_000;
/** Iterations of the default, beside the 100,000 that every other measurement has. */
const DEFAULT_ITERATIONS = "600000";

/** Measures every server that can be run, from its start. */
export async function measureFootprint(bench: Bench): Promise<void> {
  const { results, rounds, work } = bench;
  const subjects: Subject[] = [];
  const add = (id: string, command: ServerCommand, call: Call) =>
    subjects.push({ part: FOOTPRINT, id, measure: () => measureOnce(command, call) });
  const seen = new Set<string>();
  for (const contender of CONTENDERS) {
    const command = commandOf(bench, contender.server);
    if (command === undefined || seen.has(contender.server)) continue;
    seen.add(contender.server);
    const call = callOf(work, contender, "ValidateToken");
    add(contender.server, command, call);
    if (contender.server !== "ours") continue;
    const env = { ...command.env, PBKDF2_ITERATIONS: DEFAULT_ITERATIONS };
    // Another key is made of them, so that it is a token that this server gives first.
    const generate = callOf(work, contender, "GenerateToken");
    add("ours, 600,000 iterations", { ...command, env }, generate);
  }
  await interleave(results, rounds, subjects);
}

async function measureOnce(command: ServerCommand, call: Call): Promise<Record<string, number>> {
  const server = await startServer(command, call);
  const connections: FrameConnection[] = [];
  try {
    const idle = memoryOf(server.pid).resident;
    await openConnections(connections, FEW_CONNECTIONS, server.port, call);
    const few = memoryOf(server.pid).resident;
    await openConnections(connections, MANY_CONNECTIONS, server.port, call);
    const many = memoryOf(server.pid).resident;
    const each = (many - few) / (MANY_CONNECTIONS - FEW_CONNECTIONS);
    return {
      "start-up ms": server.startupMs,
      "idle MiB": mebibytes(idle),
      [`KiB/connection, ${FEW_CONNECTIONS} to ${MANY_CONNECTIONS}`]: each / 1024,
    };
  } finally {
    for (const connection of connections) connection.close();
    await server.stop();
  }
}

/** Opens connections one after the other until there are so many; each has had one call answered. */
async function openConnections(
  connections: FrameConnection[],
  count: number,
  port: number,
  call: Call,
): Promise<void> {
  while (connections.length < count) {
    await new Promise<void>((resolve, reject) => {
      const connection = new FrameConnection(port, call, (_, ok) =>
        ok ? resolve() : reject(new Error("an answer without a message")),
      );
      connections.push(connection);
      connection.send(0);
    });
  }
}

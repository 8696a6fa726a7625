/** What a call of ours costs as its work grows: one thing grows at a time. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createKeyset, deriveKey, Secret, SecureTokenManager } from "../../src/core/index.js";
import { type FileKey, formatKeysetFile } from "../../src/server/keyset-file.js";
import { type Bench, commandOf } from "../bench.js";
import { askOnce, type Call } from "../call.js";
import { load, SPREAD, type Spread } from "../load.js";
import { interleave } from "../rounds.js";
import { ourServer, type ServerCommand, writeCallers } from "../server-commands.js";
import { startServer } from "../server-process.js";
import { CONTENT, USER_ID } from "../workload.js";

/** A growth part's name in the results starts with this; what grows follows. */
export const GROWTH = "growth: ";

/** What grows, and the points it is measured at. */
export const GROWING = {
  "additional_data, bytes": [0, 1024, 4096],
  permissions: [0, 8, 64],
  "keys, token of the last": [1, 4, 16],
  connections: [1, 4, 32, 128],
  callers: [1, 100, 1000],
} as const;

/** Calls under way on all connections together; beyond so many connections, one on each. */
const UNDER_WAY = SPREAD.connections * SPREAD.streams;

/** A point: a server, and what is asked of it. */
interface Point {
  readonly grows: keyof typeof GROWING;
  readonly size: number;
  readonly command: ServerCommand;
  readonly call: Call;
  readonly spread?: Spread;
}

/** Measures ours, over gRPC. */
export async function measureGrowth(bench: Bench): Promise<void> {
  const { requests, results, rounds } = bench;
  const points = await createPoints(bench);
  const commands = [...new Set(points.map(({ command }) => command))];
  const servers = new Map<ServerCommand, Awaited<ReturnType<typeof startServer>>>();
  try {
    for (const command of commands) {
      const { call } = points.find((point) => point.command === command) as Point;
      servers.set(command, await startServer(command, call));
    }
    const subjects = [];
    for (const { grows, size, command, call, spread } of points) {
      const server = servers.get(command);
      if (server === undefined) continue;
      if ((await askOnce(server.origin, call)) === undefined) {
        throw new Error(`not answered: ${grows}, ${size}`);
      }
      const measure = () => load(server, call, requests, spread);
      subjects.push({ part: `${GROWTH}${grows}`, id: String(size), measure });
    }
    await interleave(results, rounds, subjects);
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

async function createPoints(bench: Bench): Promise<Point[]> {
  const { work, folder, apiKey, callersFile } = bench;
  const ours = commandOf(bench, "ours") as ServerCommand;
  const tokenOf = (claims: object) =>
    work.validateCall(work.manager.generateToken(USER_ID, claims).token);
  const plain = tokenOf(CONTENT);
  const points: Point[] = [];
  for (const size of GROWING["additional_data, bytes"]) {
    const note = "x".repeat(Math.max(0, size - '{"note":""}'.length));
    const additionalData = size === 0 ? {} : { note };
    const call = tokenOf({ ...CONTENT, additionalData });
    points.push({ grows: "additional_data, bytes", size, command: ours, call });
  }
  for (const size of GROWING.permissions) {
    const permissions = Array.from({ length: size }, (_, i) => `resource-${i}:read`);
    const call = tokenOf({ ...CONTENT, permissions });
    points.push({ grows: "permissions", size, command: ours, call });
  }
  for (const size of GROWING["keys, token of the last"]) {
    const { file, token } = await writeKeyset(folder, size);
    const command = ourServer({ KEYSET_FILE: file, CALLERS_FILE: callersFile });
    points.push({
      grows: "keys, token of the last",
      size,
      command,
      call: work.validateCall(token),
    });
  }
  for (const size of GROWING.connections) {
    const spread = { connections: size, streams: Math.max(1, UNDER_WAY / size) };
    points.push({ grows: "connections", size, command: ours, call: plain, spread });
  }
  for (const size of GROWING.callers) {
    const file = writeCallers(join(folder, `callers-${size}.json`), size, apiKey);
    const command = { ...ours, env: { ...ours.env, CALLERS_FILE: file } };
    points.push({ grows: "callers", size, command, call: plain });
  }
  return points;
}

/** A keyset file of so many keys, and a token that the last one made. */
async function writeKeyset(folder: string, size: number) {
  const keys: FileKey[] = [];
  let last: Awaited<ReturnType<typeof deriveKey>> | undefined;
  for (let i = 0; i < size; i++) {
    const secretKey = `Benchmark_Key#${i}-of-the-set`;
    const salt = Buffer.alloc(16, i);
    last = await deriveKey({ secretKey, salt, iterations: 100_000 });
    keys.push({
      keyId: last.keyId,
      state: i === 0 ? "primary" : "secondary",
      secretKey: new Secret(secretKey),
      salt,
      iterations: 100_000,
      createdAt: "2026-11-23T00:00:00Z",
    });
  }
  if (last === undefined) throw new Error("a keyset has a key");
  const file = join(folder, `keyset-${size}.json`);
  writeFileSync(file, formatKeysetFile(keys), { mode: 0o600 });
  const manager = new SecureTokenManager(createKeyset([{ ...last, state: "PRIMARY" }]));
  return { file, token: manager.generateToken(USER_ID, CONTENT).token };
}

/** Requests a second over the network, one server core, h2load on another. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  TokenService,
  ValidateTokenRequestSchema,
} from "../gen/ts/src/securetoken/v1/token_service_pb.js";
import { createKeyset, deriveKey, SecureTokenManager } from "../src/core/index.js";
import { rawHttp2 } from "../test/fuzz/raw-client.js";
import { EXCHANGE_KEY } from "../test/python/driver.js";
import { format, interleave, markdownTable, median, spread } from "./rounds.js";
import {
  hasCommand,
  LOAD_CORE,
  onCore,
  RPC_CONTENDERS,
  type RpcContender,
  type RunningServer,
  startServer,
} from "./rpc-contenders.js";

const PATH = `/${TokenService.typeName}/ValidateToken`;
const TYPES = { grpc: "application/grpc", connect: "application/proto" };

/** Measures every contender and gives the table, or says what is missing. */
export async function benchRpc(rounds: number, requests: number): Promise<string> {
  if (!hasCommand("h2load")) {
    return "Not measured: `h2load` is missing (Debian: `apt-get install nghttp2-client`).";
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const bodies = await writeBodies(folder);
  const names = [...new Set(RPC_CONTENDERS.map(({ server }) => server))];
  const servers = new Map<string, RunningServer>();
  try {
    for (const name of names) servers.set(name, await startServer(name));
    const originOf = ({ server }: RpcContender) => (servers.get(server) as RunningServer).origin;
    for (const contender of RPC_CONTENDERS) {
      await requireAnswer(contender, originOf(contender), bodies[contender.protocol].bytes);
    }
    const samples = await interleave(RPC_CONTENDERS, rounds, (contender) =>
      load(contender, originOf(contender), bodies[contender.protocol].file, requests),
    );
    const ours = median([...samples.values()][0] as number[]);
    const rows = [...samples].map(([name, rates]) => {
      const rate = median(rates);
      const micros = format(1e6 / rate, 0);
      return [name, format(rate, 0), spread(rates, 0), micros, `${format(rate / ours, 2)}×`];
    });
    return markdownTable(["", "requests/s", "min – max", "µs a call", "ratio"], rows);
  } finally {
    for (const server of servers.values()) await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** The request with a valid token, bare and in gRPC's envelope. */
async function writeBodies(folder: string) {
  const key = { ...(await deriveKey(EXCHANGE_KEY)), state: "PRIMARY" as const };
  const manager = new SecureTokenManager(createKeyset([key]));
  const { token } = manager.generateToken("user_123", { permissions: ["read", "write"] });
  const message = toBinary(
    ValidateTokenRequestSchema,
    create(ValidateTokenRequestSchema, { token }),
  );
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const save = (name: string, bytes: Buffer) => {
    writeFileSync(join(folder, name), bytes);
    return { bytes, file: join(folder, name) };
  };
  return {
    grpc: save("grpc", Buffer.concat([head, message])),
    connect: save("connect", Buffer.from(message)),
  };
}

/** h2load counts every answer of status 200, a gRPC error too: look at one answer first. */
async function requireAnswer(contender: RpcContender, origin: string, body: Buffer) {
  const client = rawHttp2(origin);
  const headers = { "content-type": TYPES[contender.protocol], te: "trailers" };
  const answer = await client.send({ method: "POST", path: PATH, headers, body });
  client.close();
  const status = answer.trailers["grpc-status"] ?? answer.headers["grpc-status"] ?? "0";
  if (answer.status !== 200 || status !== "0" || answer.body.length < 100) {
    throw new Error(`${contender.name} answers ${answer.status}, grpc-status ${status}`);
  }
}

async function load(contender: RpcContender, origin: string, file: string, requests: number) {
  const sizes = ["-n", String(requests), "-c", "4", "-m", "16", "-t", "1"];
  const headers = ["-H", `content-type: ${TYPES[contender.protocol]}`, "-H", "te: trailers"];
  const args = [...sizes, "-d", file, ...headers, `${origin}${PATH}`];
  const run = onCore(LOAD_CORE, "h2load", args);
  const { stdout } = await promisify(execFile)(run.command, run.args);
  const rate = /finished in .*?, ([\d.]+) req\/s/.exec(stdout)?.[1];
  const succeeded = Number(/(\d+) succeeded/.exec(stdout)?.[1]);
  if (rate === undefined || succeeded !== requests)
    throw new Error(`${contender.name}:\n${stdout}`);
  return Number(rate);
}

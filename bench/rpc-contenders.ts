/** Who answers calls over the network. To add a contender, add a row; its server is a process. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A server and the way it is called. */
export interface RpcContender {
  readonly name: string;
  /** A file of bench/servers, without its extension. */
  readonly server: string;
  readonly protocol: "grpc" | "connect";
}

/** In the order of the table. The first is what the others are compared with. */
export const RPC_CONTENDERS: readonly RpcContender[] = [
  { name: "Secure Token, ValidateToken over gRPC", server: "ours", protocol: "grpc" },
  { name: "Secure Token, ValidateToken over Connect", server: "ours", protocol: "connect" },
  { name: "`@grpc/grpc-js`, echo over gRPC", server: "grpc-js-echo", protocol: "grpc" },
  { name: "bare `node:http2`, echo over gRPC", server: "http2-echo", protocol: "grpc" },
  { name: "bare `node:http2`, echo over Connect", server: "http2-echo", protocol: "connect" },
];

/** The core of the servers, and the core of the load generator. */
export const SERVER_CORE = "0";
/** See `SERVER_CORE`. */
export const LOAD_CORE = "1";

/** A server that runs. */
export interface RunningServer {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Whether a command can be run. */
export function hasCommand(command: string): boolean {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The command line that runs a command on one core, where the system can do that. */
export function onCore(core: string, command: string, args: readonly string[]) {
  return hasCommand("taskset")
    ? { command: "taskset", args: ["-c", core, command, ...args] }
    : { command, args: [...args] };
}

/** Starts a server of bench/servers, on its core. */
export async function startServer(name: string): Promise<RunningServer> {
  const file = fileURLToPath(new URL(`./servers/${name}.ts`, import.meta.url));
  const { command, args } = onCore(SERVER_CORE, process.execPath, ["--import", "tsx", file]);
  const child: ChildProcess = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [origin] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => {
      throw new Error(`server ${name} ended with ${code}`);
    }),
  ]);
  return {
    origin: String(origin),
    async stop() {
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
}

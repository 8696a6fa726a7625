/** Load from h2load, and what it costs the server. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Call } from "./call.js";
import { LOAD_CORE, onCores } from "./cores.js";
import { cpuSeconds } from "./process-usage.js";
import type { RunningServer } from "./server-process.js";

/** How the load is spread. */
export interface Spread {
  readonly connections: number;
  /** Calls under way on each connection. */
  readonly streams: number;
}

/** The spread of every comparison. */
export const SPREAD: Spread = { connections: 4, streams: 16 };

/** Requests a second that were answered. */
export const RATE = "requests/s";
/** Processor time of the server's processes, microseconds a call. */
export const CPU = "cpu µs/call";

/** The command line of h2load. */
export function h2loadArguments(
  origin: string,
  call: Call,
  requests: number,
  { connections, streams }: Spread,
): string[] {
  const headers = Object.entries(call.headers).flatMap(([name, value]) => [
    "-H",
    `${name}: ${value}`,
  ]);
  const sizes = ["-n", requests, "-c", connections, "-m", streams, "-t", 1].map(String);
  return [...sizes, "-d", call.file, ...headers, `${origin}${call.path}`];
}

/** Sends requests as fast as they are answered. Throws unless all of them are. */
export async function load(
  server: Pick<RunningServer, "origin" | "pid">,
  call: Call,
  requests: number,
  spread = SPREAD,
  cores = LOAD_CORE,
): Promise<Record<typeof RATE | typeof CPU, number>> {
  const args = h2loadArguments(server.origin, call, requests, spread);
  const run = onCores(cores, "h2load", args);
  const before = cpuSeconds(server.pid);
  const { stdout } = await promisify(execFile)(run.command, run.args);
  const used = cpuSeconds(server.pid) - before;
  const rate = /finished in .*?, ([\d.]+) req\/s/.exec(stdout)?.[1];
  const succeeded = Number(/(\d+) succeeded/.exec(stdout)?.[1]);
  if (rate === undefined || succeeded !== requests) throw new Error(`h2load says:\n${stdout}`);
  return { [RATE]: Number(rate), [CPU]: (used * 1e6) / requests };
}

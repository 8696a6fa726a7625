/** What every part of the benchmark works with. */
import type { Tools } from "./prepare.js";
import type { Results } from "./results.js";
import { type ServerCommand, type ServerName, serverCommand } from "./server-commands.js";
import type { Workload } from "./workload.js";

/** One run of the benchmark. */
export interface Bench {
  /** Measured rounds; one more goes before them. */
  readonly rounds: number;
  /** Requests of one measurement over the network. */
  readonly requests: number;
  /** Calls of one measurement in-process. */
  readonly calls: number;
  readonly results: Results;
  readonly tools: Tools;
  readonly work: Workload;
  /** A folder for files, removed at the end. */
  readonly folder: string;
  /** The file of one caller, and the key it is known by. */
  readonly callersFile: string;
  readonly apiKey: string;
}

/** The command of a server; undefined where its tool is missing. */
export function commandOf(bench: Bench, name: ServerName): ServerCommand | undefined {
  return serverCommand(name, bench.tools, bench.callersFile);
}

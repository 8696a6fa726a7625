/** What a server with several workers has logged of them. */
import { setTimeout } from "node:timers/promises";
import type { ServerProcess } from "./server-process.js";

/** A line of the log, as far as tests look at it. */
export interface LogLine {
  readonly msg: string;
  readonly worker?: number;
  readonly pid?: number;
  readonly [field: string]: unknown;
}

/** The whole lines of the log so far, those with the text `msg` where one is given. */
export function logLines(server: Pick<ServerProcess, "output">, msg?: string): LogLine[] {
  const lines = server.output().split("\n").slice(0, -1);
  // A line for every call may stand there: whoever looks for one text parses no others.
  const mark = msg === undefined ? "" : `"msg":${JSON.stringify(msg)}`;
  const wanted = lines.filter((line) => line.includes(mark));
  const parsed = wanted.map((line) => JSON.parse(line) as LogLine);
  return parsed.filter((line) => msg === undefined || line.msg === msg);
}

/** The process ids of all workers that were ever ready, in the order of their start. */
export function workerPids(server: ServerProcess): number[] {
  return logLines(server, "worker listens").map(({ pid }) => pid as number);
}

/** Waits until something is so. The test's own time limit ends a wait for what never comes. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(20);
}

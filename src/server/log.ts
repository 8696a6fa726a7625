/** The server's log to standard error: lines of JSON, on a terminal lines for people. */
import pino, { type Logger } from "pino";
import type { LogLevel } from "./config/index.js";
import { humanLine } from "./human-log.js";
import { LogWriter } from "./log-writer.js";

const STDERR = 2;

/** A log that is open. */
export interface Log {
  readonly logger: Logger;
  readonly writer: LogWriter;
}

/** How a log is written. */
export interface LogForm {
  /** Whether several processes write to it. */
  readonly shared: boolean;
  /** Whether people read it as it is written. */
  readonly human: boolean;
}

/**
 * Opens the log. By itself a process writes beside its work, so that a reader who pauses does not
 * pause the server. One of several that share the log writes at once, in pieces that a pipe takes
 * whole: else their lines would mix; there a reader who pauses does.
 */
export function openLog(level: LogLevel, { shared, human }: LogForm): Log {
  const writer = new LogWriter({ fd: STDERR, shared });
  const lines = { write: (line: string) => writer.write(humanLine(line)) };
  return { logger: pino({ level, base: null }, human ? lines : writer), writer };
}

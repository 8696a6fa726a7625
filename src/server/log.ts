/** The server's log: JSON lines to standard error. */
import pino, { type Logger } from "pino";
import type { LogLevel } from "./config/index.js";
import { LogWriter } from "./log-writer.js";

const STDERR = 2;

/** A log that is open. */
export interface Log {
  readonly logger: Logger;
  readonly writer: LogWriter;
}

/**
 * Opens the log. By itself a process writes beside its work, so that a reader who pauses does not
 * pause the server. One of several that share the log writes at once, in pieces that a pipe takes
 * whole: else their lines would mix; there a reader who pauses does.
 */
export function openLog(level: LogLevel, shared: boolean): Log {
  const writer = new LogWriter({ fd: STDERR, shared });
  return { logger: pino({ level, base: null }, writer), writer };
}

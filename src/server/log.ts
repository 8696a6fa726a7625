/** The server's log: lines of JSON, on a terminal lines for people. */
import pino, { type Logger } from "pino";
import type { Config, LogLevel } from "./config/index.js";
import { humanLine } from "./human-log.js";
import { LogWriter } from "./log-writer.js";

/** The file descriptors of LOG_DESTINATION. */
const DESTINATIONS = { stdout: 1, stderr: 2 } as const;

/** A log that is open. */
export interface Log {
  readonly logger: Logger;
  readonly writer: LogWriter;
}

/** How a log is written. */
export interface LogForm {
  readonly destination: keyof typeof DESTINATIONS;
  /** Whether several processes write to it. */
  readonly shared: boolean;
  /** Whether people read it as it is written. */
  readonly human: boolean;
  /** Whether lines for people have colours. */
  readonly colored: boolean;
}

/**
 * How the log of a configuration is written.
 *
 * @param isTerminal whether LOG_DESTINATION is a terminal
 * @param noColor the variable NO_COLOR (no-color.org): anything but an empty text turns colours off
 */
export function logForm(
  { logDestination, logFormat, workers }: Pick<Config, "logDestination" | "logFormat" | "workers">,
  isTerminal: boolean,
  noColor: string | undefined,
): LogForm {
  return {
    destination: logDestination,
    shared: workers > 1,
    human: logFormat === undefined ? isTerminal : logFormat === "pretty",
    colored: isTerminal && (noColor === undefined || noColor === ""),
  };
}

/**
 * Opens the log. By itself a process writes beside its work, so that a reader who pauses does not
 * pause the server. One of several that share the log writes at once, in pieces that a pipe takes
 * whole: else their lines would mix; there a reader who pauses does.
 */
export function openLog(level: LogLevel, { destination, shared, human, colored }: LogForm): Log {
  const writer = new LogWriter({ fd: DESTINATIONS[destination], shared });
  const lines = { write: (line: string) => writer.write(humanLine(line, colored)) };
  return { logger: pino({ level, base: null }, human ? lines : writer), writer };
}

/** The server's log: JSON lines to standard error. */
import pino, { type Logger } from "pino";
import type { LogLevel } from "./config.js";
import { LogLines, MAX_WRITE } from "./log-lines.js";

const STDERR = 2;
/** What waits for a reader that is too slow, in bytes; what comes then is lost, and counted. */
const MAX_BACKLOG = 16 * 1024 * 1024;
/** The most that one write of the only process takes, in characters. */
const MAX_SINGLE_WRITE = 64 * 1024;
/** How long the reader may take for the last lines, in milliseconds. */
const LAST_LINES_MS = 2_000;

/** A log that is open. */
export interface Log {
  readonly logger: Logger;
  /** Writes what is left. False when the reader does not take it; a thread then hangs in the attempt. */
  end(): Promise<boolean>;
  /** Writes what is left before it returns: for a process that is exiting. */
  flushSync(): void;
}

/**
 * Opens the log. By itself a process writes beside its work, so that a reader who pauses does not
 * pause the server. One of several that share the log writes at once, in pieces that a pipe takes
 * whole: else their lines would mix.
 */
export function openLog(level: LogLevel, shared: boolean): Log {
  const destination = pino.destination(
    shared
      ? { dest: STDERR, sync: true, maxWrite: MAX_WRITE }
      : // A minimum, even of one, makes `flush` wait for what is being written.
        {
          dest: STDERR,
          sync: false,
          minLength: 1,
          maxWrite: MAX_SINGLE_WRITE,
          maxLength: MAX_BACKLOG,
        },
  );
  const lines = new LogLines(destination);
  const logger = pino({ level, base: null }, lines);
  let lost = 0;
  destination.on("drop", () => {
    lost++;
  });
  destination.on("drain", () => {
    if (lost === 0) return;
    logger.error({ writes: lost }, "lines of the log were lost: its reader is too slow");
    lost = 0;
  });
  return {
    logger,
    flushSync() {
      lines.flush();
      destination.flushSync();
    },
    end: () =>
      new Promise((resolve) => {
        lines.flush();
        const giveUp = setTimeout(resolve, LAST_LINES_MS, false);
        destination.flush(() => {
          clearTimeout(giveUp);
          resolve(true);
        });
      }),
  };
}

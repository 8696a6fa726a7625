/** How the start of a worker fails. */
import type { Exit } from "./cluster.js";

/**
 * Signals that mean nothing to a worker, and yet end a process which has not come to the first line of the program.
 * Terminals and service managers send them to all processes of a group.
 */
const GROUP_SIGNALS: ReadonlySet<string | null> = new Set([
  "SIGHUP",
  "SIGUSR2",
  "SIGINT",
  "SIGTERM",
]);

/** A worker that ended before it listened. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly exit: Exit;

  constructor(exit: Exit) {
    super(`a worker ended before it listened (${exit.signal ?? `code ${exit.code}`})`);
    this.exit = exit;
  }

  /** Whether a signal to its group ended it, which says nothing of how the next start ends. */
  get isBySignal(): boolean {
    return GROUP_SIGNALS.has(this.exit.signal);
  }
}

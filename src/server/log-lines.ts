/** Lines for the log, many to a write: those of one turn of the event loop go out together. */

/** Where lines go. */
export interface LogDestination {
  /** Takes whole lines. */
  write(lines: string): unknown;
}

/**
 * The most that is written at once, in characters. A pipe takes this much in one piece (POSIX's
 * PIPE_BUF on Linux, in bytes), so that the lines of several processes do not mix; ASCII is a byte
 * a character, and what is not ASCII in a line is a user_id.
 */
export const MAX_WRITE = 4096;

/** Gathers lines until the turn ends, or until there are as many as one write may hold. */
export class LogLines {
  readonly #destination: LogDestination;
  #lines = "";

  constructor(destination: LogDestination) {
    this.#destination = destination;
  }

  /** Adds a line, with its line break. */
  add(line: string): void {
    if (this.#lines === "") setImmediate(this.#flush);
    else if (this.#lines.length + line.length > MAX_WRITE) this.#flush();
    this.#lines += line;
  }

  readonly #flush = (): void => {
    if (this.#lines === "") return;
    const lines = this.#lines;
    this.#lines = "";
    this.#destination.write(lines);
  };
}

/** Lines for the log, many to a write. A write wakes a thread, which takes as long as a token's check. */

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

/** How long a line waits for others, in milliseconds. */
const LINGER_MS = 5;

/** Gathers lines for a moment, or until there are as many as one write may hold. */
export class LogLines {
  readonly #destination: LogDestination;
  #lines = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(destination: LogDestination) {
    this.#destination = destination;
  }

  /** Adds a line, with its line break. */
  add(line: string): void {
    if (this.#lines === "") this.#timer ??= setTimeout(this.#onTimer, LINGER_MS);
    else if (this.#lines.length + line.length > MAX_WRITE) this.#flush();
    this.#lines += line;
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = "";
    this.#destination.write(lines);
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    if (this.#lines !== "") this.#flush();
  };
}

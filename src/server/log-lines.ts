/** Lines for the log, many to a write. A write wakes a thread, which takes as long as a token's check. */
import type { DestinationStream } from "pino";

/**
 * The most that is written at once, in characters. A pipe takes this much in one piece (POSIX's
 * PIPE_BUF on Linux, in bytes), so that the lines of several processes do not mix; ASCII is a byte
 * a character, and what is not ASCII in a line is a user_id.
 */
export const MAX_WRITE = 4096;
/** How long a line waits for others, in milliseconds. */
const LINGER_MS = 5;

/** Gathers lines for a moment, or until there are as many as one write may hold. */
export class LogLines implements DestinationStream {
  readonly #destination: DestinationStream;
  #lines = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(destination: DestinationStream) {
    this.#destination = destination;
  }

  /** Adds a line, with its line break. */
  write(line: string): void {
    if (this.#lines === "") this.#timer ??= setTimeout(() => this.#onTimer(), LINGER_MS);
    else if (this.#lines.length + line.length > MAX_WRITE) this.flush();
    this.#lines += line;
  }

  /** Hands on what there is. */
  flush(): void {
    if (this.#lines === "") return;
    const lines = this.#lines;
    this.#lines = "";
    this.#destination.write(lines);
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.flush();
  }
}

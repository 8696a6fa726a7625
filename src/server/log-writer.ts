/**
 * Writes the log, many lines at a time: a write wakes a thread, which takes as long as a token's check.
 * It never holds the server up for a reader that pauses, and never gives up on one that fails.
 */
import { write as writeAsync, writeSync } from "node:fs";
import type { DestinationStream } from "pino";

/**
 * The most that is gathered for one write of a log that several processes share, in characters. A
 * pipe takes this much in one piece (POSIX's PIPE_BUF on Linux), so that their lines do not mix.
 */
export const MAX_PIECE = 4096;
/** The same where nobody else writes: each write wakes a thread, which costs two changes of context. */
const MAX_OWN_PIECE = 65_536;
/** How long a line waits for others, in milliseconds. */
const LINGER_MS = 5;
/** What waits for a reader, in characters; the lines that come then are lost, and counted. */
const MAX_BACKLOG = 16 * 1024 * 1024;
/** How long after a failure it is tried again, in milliseconds: a full pipe empties, a full disk may. */
const RETRY_MS = 200;
/** How long the reader may take for the last lines, in milliseconds. */
const LAST_LINES_MS = 2_000;

/** How a log is written. */
export interface LogWriterOptions {
  /** The file descriptor. */
  readonly fd: number;
  /**
   * Whether other processes write to it as well. Each piece then goes out at once and by itself; else
   * whatever waits goes out beside the server's work.
   */
  readonly shared: boolean;
}

/** The end of a log. */
export class LogWriter implements DestinationStream {
  readonly #options: LogWriterOptions;
  readonly #maxPiece: number;
  #lines = "";
  #linger: NodeJS.Timeout | undefined;
  readonly #waiting: string[] = [];
  #backlog = 0;
  #lost = 0;
  /** What has been begun and not written to its end. */
  #begun: Buffer = Buffer.alloc(0);
  #begunAt = 0;
  #state: "idle" | "writing" | "failing" = "idle";

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#maxPiece = options.shared ? MAX_PIECE : MAX_OWN_PIECE;
  }

  /** Adds a line, with its line break. */
  write(line: string): void {
    if (this.#lines === "") this.#linger ??= setTimeout(() => this.#onLinger(), LINGER_MS);
    else if (this.#lines.length + line.length > this.#maxPiece) this.#pass();
    this.#lines += line;
  }

  /**
   * Writes what is left, and waits for a slow reader, not for ever. False when a thread hangs in the
   * attempt, for which an exit in order would wait.
   */
  async end(): Promise<boolean> {
    this.#pass();
    const giveUp = performance.now() + LAST_LINES_MS;
    while (this.#state !== "idle" && performance.now() < giveUp) {
      await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
    }
    return !this.#hangs();
  }

  /** Writes what is left before it returns, for a process that is exiting; tries once. */
  flushSync(): void {
    this.#gather();
    if (this.#hangs()) return;
    try {
      const { fd, shared } = this.#options;
      // What a thread is writing, it goes on writing.
      if (this.#state !== "writing" && this.#begun.length > 0) writeSync(fd, this.#begun);
      // A full pipe takes a part of what is longer than a piece, and the last line would be cut.
      const pieces = shared ? this.#waiting : [this.#waiting.join("")];
      for (const piece of pieces) writeSync(fd, piece);
      this.#waiting.length = 0;
    } catch {
      // There is nobody left to tell.
    }
  }

  #onLinger(): void {
    this.#linger = undefined;
    this.#pass();
  }

  /** Hands on what was gathered. */
  #pass(): void {
    this.#gather();
    if (this.#state === "idle") this.#work();
  }

  #gather(): void {
    const piece = this.#lines;
    this.#lines = "";
    if (piece === "") return;
    if (this.#backlog + piece.length > MAX_BACKLOG) {
      this.#lost++;
      return;
    }
    this.#waiting.push(piece);
    this.#backlog += piece.length;
  }

  /** Whether a write has been under way for so long that its reader must have stopped. */
  #hangs(): boolean {
    return this.#state === "writing" && performance.now() - this.#begunAt > RETRY_MS;
  }

  /** Writes until nothing is left or something is in the way. */
  #work(): void {
    this.#state = "idle";
    const { fd, shared } = this.#options;
    while (this.#begun.length > 0 || this.#waiting.length > 0) {
      if (this.#begun.length === 0) this.#begun = this.#next();
      if (!shared) {
        this.#state = "writing";
        this.#begunAt = performance.now();
        writeAsync(fd, this.#begun, (error, written) => {
          if (error) this.#fail(error);
          else this.#done(written);
          if (this.#state !== "failing") this.#work();
        });
        return;
      }
      try {
        this.#done(writeSync(fd, this.#begun));
      } catch (error) {
        this.#fail(error as NodeJS.ErrnoException);
        return;
      }
    }
  }

  /** What goes out next, counted off: one piece where others write too, else all there is. */
  #next(): Buffer {
    const pieces = this.#waiting.splice(0, this.#options.shared ? 1 : this.#waiting.length);
    const text = pieces.join("");
    this.#backlog -= text.length;
    return Buffer.from(text);
  }

  #done(written: number): void {
    this.#begun = this.#begun.subarray(written);
    if (this.#lost === 0) return;
    const line = {
      level: 50,
      time: Date.now(),
      pieces: this.#lost,
      msg: "parts of the log were lost",
    };
    this.#lost = 0;
    this.write(`${JSON.stringify(line)}\n`);
  }

  #fail({ code }: NodeJS.ErrnoException): void {
    this.#state = "failing";
    if (code === "EPIPE") {
      // Nobody will ever read again.
      this.#waiting.length = 0;
      this.#backlog = 0;
      this.#begun = Buffer.alloc(0);
    }
    setTimeout(() => this.#work(), RETRY_MS).unref();
  }
}

/** Lines of the log that anyone can cause without a credential: a flood of them leaves few. */

/** For how long lines of one kind are counted together, in milliseconds. */
const WINDOW_MS = 10_000;

/** What a line holds. */
type Line = object;

/** Lines of one kind within ten seconds. */
interface Window {
  written: number;
  /** How many were not written, and the last of these. */
  unsaid: number;
  last: Line | undefined;
}

/** Writes the first lines of each kind, and when their ten seconds are over, one that tells of the others. */
export class FloodedLines {
  readonly #write: (line: Line) => void;
  readonly #max: number;
  readonly #windows = new Map<string | number, Window>();

  /** @param max lines of one kind in ten seconds */
  constructor(write: (line: Line) => void, max: number) {
    this.#write = write;
    this.#max = max;
  }

  /** Notes a line. @param kind one of few: each is kept for ten seconds */
  add(kind: string | number, line: Line): void {
    const window = this.#windows.get(kind) ?? this.#open(kind);
    if (window.written < this.#max) {
      window.written++;
      this.#write(line);
    } else {
      window.unsaid++;
      window.last = line;
    }
  }

  /** Writes what is not written yet: the end of a server waits for no ten seconds. */
  flush(): void {
    for (const window of this.#windows.values()) this.#tell(window);
  }

  #open(kind: string | number): Window {
    const window: Window = { written: 0, unsaid: 0, last: undefined };
    this.#windows.set(kind, window);
    setTimeout(() => {
      this.#windows.delete(kind);
      // A flood goes on: the line that tells of it is the first of the next ten seconds.
      if (this.#tell(window)) this.#open(kind).written = 1;
    }, WINDOW_MS).unref();
    return window;
  }

  /** Writes the last line that was not, with how many there were beside it. Whether there was one. */
  #tell(window: Window): boolean {
    const { unsaid, last } = window;
    if (last === undefined) return false;
    window.unsaid = 0;
    window.last = undefined;
    this.#write({ ...last, ...(unsaid > 1 && { unsaid: unsaid - 1 }) });
    return true;
  }
}

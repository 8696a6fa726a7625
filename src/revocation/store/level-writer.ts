/**
 * The one writer of the embedded store. LevelDB goes on with its log after a write into it has failed, and
 * when it reads that log it drops the torn record and all that follows, without a word. So nothing may
 * follow: the store is closed and opened again first, which begins a new log.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ClassicLevel } from "classic-level";
import type { Revocation } from "../../core/index.js";
import { FIRST_MICROS } from "../../core/revocations.js";
import { toKey, toValue } from "./entry-bytes.js";
import { readPages } from "./level-pages.js";
import type { StoreOwner } from "./store.js";

/** How many entries are looked for at once. */
const PAGE_SIZE = 1000;

/** How many writes are made ready before calls have their turn: half a millisecond's worth. */
const STEP = 100;

/** An entry to write, or a key to delete. */
export type Write =
  | { readonly type: "put"; readonly revocation: Revocation }
  | { readonly type: "del"; readonly key: Buffer };

/** What of LevelDB writes, and reads what another process has written. */
export type Level = Pick<
  ClassicLevel<Buffer, Buffer>,
  "open" | "close" | "batch" | "hasMany" | "iterator"
>;

/** Writes an entry. */
export function toPut(revocation: Revocation): Write {
  return { type: "put", revocation };
}

/** Why something of LevelDB's failed. */
export function causeOf(error: unknown): NodeJS.ErrnoException {
  return ((error as Error).cause ?? error) as NodeJS.ErrnoException;
}

/** Writes one batch at a time: its caller sees to that. */
export class LevelWriter {
  readonly #level: Level;
  readonly #check: () => Promise<void>;
  /** Why the last write or opening failed; undefined while the log may be written. */
  #failure: string | undefined;
  #isClosed = false;
  #owner: StoreOwner | undefined;

  /**
   * @param level is open
   * @param check looks at the folder before it is opened again. Rejects where it must not be
   */
  constructor(level: Level, check: () => Promise<void>) {
    this.#level = level;
    this.#check = check;
  }

  /** Names who knows what the store must hold. */
  ownedBy(owner: StoreOwner): void {
    this.#owner = owner;
  }

  /**
   * Settles once everything is on disk. Rejects where it is not, and where the store could not be opened
   * again after an earlier failure, which the next call then tries. What was rejected may be on disk all the same.
   */
  async write(writes: readonly Write[]): Promise<void> {
    if (this.#isClosed) throw new Error("the store is closed");
    try {
      if (this.#failure !== undefined) await this.#openAnew();
      await this.#commit(writes);
    } catch (error) {
      this.#noteFailure(causeOf(error).message);
      throw error;
    }
  }

  /** Gives the store up, for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#level.close();
  }

  /**
   * Also ends LevelDB's own refusal to write after it failed to sync or to make a table. Another process
   * may take the folder in between: then this one is refused until that has ended, and then learns what
   * was revoked there.
   */
  async #openAnew(): Promise<void> {
    await this.#level.close();
    await this.#check();
    // No empty store in the place of one that has gone, as where a volume is not mounted any more.
    await this.#level.open({ createIfMissing: false });
    await this.#learnAll();
    const rewritten = await this.#writeMissing();
    this.#failure = undefined;
    this.#owner?.reporter.info({ rewritten }, "DATA_DIR can be written again");
  }

  /** Puts in force what is on disk and perhaps not known. Before anything is acknowledged here again. */
  async #learnAll(): Promise<void> {
    const owner = this.#owner;
    if (owner === undefined) return;
    for await (const page of readPages(this.#level, FIRST_MICROS)) await owner.learn(page);
  }

  /** Writes what is in force and not on disk: what a broken disk has lost, and what it refused of the log. */
  async #writeMissing(): Promise<number> {
    let rewritten = 0;
    for (const page of pagesOf(this.#owner?.known() ?? [])) {
      const isThere = await this.#level.hasMany(page.map(toKey));
      const missing = page.filter((_, i) => !isThere[i]);
      if (missing.length > 0) await this.#commit(missing.map(toPut));
      rewritten += missing.length;
    }
    return rewritten;
  }

  /** Writes all or nothing. It is made ready a few at a time: twenty thousand at once would keep calls waiting. */
  async #commit(writes: readonly Write[]): Promise<void> {
    const batch = this.#level.batch();
    try {
      for (let i = 0; i < writes.length; i++) {
        if (i > 0 && i % STEP === 0) await nextTurn();
        const write = writes[i] as Write;
        if (write.type === "del") batch.del(write.key);
        else batch.put(toKey(write.revocation), toValue(write.revocation));
      }
      await batch.write({ sync: true });
    } finally {
      await batch.close();
    }
  }

  /** Tells it once, however many calls are refused for it. */
  #noteFailure(why: string): void {
    if (why !== this.#failure) this.#owner?.reporter.error({ why }, "DATA_DIR cannot be written");
    this.#failure = why;
  }
}

function* pagesOf(entries: Iterable<Revocation>): Generator<Revocation[]> {
  let page: Revocation[] = [];
  for (const entry of entries) {
    page.push(entry);
    if (page.length < PAGE_SIZE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

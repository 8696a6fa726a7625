/** The revocations in force, in memory, as every call asks them. */
import {
  type Claims,
  type Instant,
  type Revocation,
  type RevocationCheck,
  type RevocationKind,
  userKey,
} from "../core/index.js";
import { ArrivalOrder } from "./arrival-order.js";
import { hitsNothing } from "./entry-text.js";

/** How many users' keys are remembered: each costs a hash, which takes as long as the whole check. */
const MAX_USER_KEYS = 10_000;
/** How often some entries are looked at for their expiry, in milliseconds, and how many. */
export const EXPIRE_STEP_MS = 250;
export const EXPIRE_STEP = 5_000;

/** An entry and its place in the order of arrival. */
export interface IndexedRevocation {
  readonly revocation: Revocation;
  readonly sequence: number;
}

/**
 * A set of entries that only grows and expires. Of the cut-offs of one user the latest alone is kept,
 * and of two entries of a token or session the one that is kept longer: what is kept is bounded by
 * how much there is to revoke, not by how often it is revoked.
 */
export class LiveIndex implements RevocationCheck {
  readonly #tokens = new Map<string, IndexedRevocation>();
  readonly #sessions = new Map<string, IndexedRevocation>();
  readonly #users = new Map<string, IndexedRevocation>();
  /** One entry at most, whose id is empty. */
  readonly #everything = new Map<string, IndexedRevocation>();
  readonly #maps = {
    TOKEN: this.#tokens,
    SESSION: this.#sessions,
    USER: this.#users,
    EVERYTHING: this.#everything,
  };
  readonly #order = new ArrivalOrder<IndexedRevocation>();
  readonly #userKeys = new Map<string, string>();
  readonly #onSuperseded: (revocation: Revocation) => void;
  readonly #onUnion: (union: Revocation) => void;
  #sequence = 0;
  /** The latest of all cut-offs that were ever added. */
  #latestCutOff = 0;
  #expiring: Iterator<IndexedRevocation> | undefined;

  /**
   * @param onSuperseded is told of entries that another one makes needless. Default: nobody is
   * @param onUnion is told of an entry that nobody has added, since it takes the place of two of which neither
   * covers the other; it makes both needless once it is kept where they are. Default: nobody is
   */
  constructor(
    onSuperseded: (revocation: Revocation) => void = () => {},
    onUnion: (union: Revocation) => void = () => {},
  ) {
    this.#onSuperseded = onSuperseded;
    this.#onUnion = onUnion;
  }

  /** How many entries are in force. */
  get size(): number {
    return this.#tokens.size + this.#sessions.size + this.#users.size + this.#everything.size;
  }

  isRevoked({ tokenId, sessionId, userId, issuedAt, sessionStartedAt }: Claims): boolean {
    if (this.#tokens.size > 0 && this.#tokens.has(tokenId)) return true;
    if (this.#sessions.size > 0 && this.#sessions.has(sessionId)) return true;
    const cutOff = this.cutOffOf(userId);
    // A refresh by a server whose clock is behind may be issued before its session began.
    return cutOff > 0 && (isUpTo(sessionStartedAt, cutOff) || isUpTo(issuedAt, cutOff));
  }

  cutOffOf(userId?: string): number {
    if (userId === undefined) return this.#latestCutOff;
    const everything =
      this.#everything.size === 0 ? 0 : (this.#everything.get("")?.revocation.issuedBefore ?? 0);
    if (this.#users.size === 0) return everything;
    const ofUser = this.#users.get(this.#keyOf(userId))?.revocation.issuedBefore ?? 0;
    return Math.max(everything, ofUser);
  }

  /**
   * Adds an entry. Whether it hits more, or for longer, than what is known. `sequence` is its place in
   * the order of arrival where another process has numbered it.
   */
  add(revocation: Revocation, sequence = this.#sequence + 1): boolean {
    if (hitsNothing(revocation)) {
      // It goes from the disk and the log: verifiers' feeds, and servers that are older, would end at it.
      this.#onSuperseded(revocation);
      return false;
    }
    const { kind, id, issuedBefore } = revocation;
    this.#latestCutOff = Math.max(this.#latestCutOff, issuedBefore);
    const map = this.#maps[kind];
    const former = map.get(id);
    const known = former?.revocation;
    if (known !== undefined && covers(known, revocation)) {
      if (!covers(revocation, known)) this.#onSuperseded(revocation);
      return false;
    }
    if (known !== undefined) this.#onSuperseded(known);
    const isLatest = known === undefined || covers(revocation, known);
    const entry = { revocation: isLatest ? revocation : union(known, revocation), sequence };
    if (!isLatest) {
      this.#onSuperseded(revocation);
      this.#onUnion(entry.revocation);
    }
    // Again the newest, for whoever follows the order of arrival.
    if (former !== undefined) this.#remove(former);
    map.set(id, entry);
    this.#order.add(entry);
    this.#sequence = Math.max(this.#sequence, sequence);
    return true;
  }

  /**
   * Looks at the next entries, and forgets those that no live token can meet: a round over all of
   * them takes several calls, so that none holds up what else the process does.
   *
   * @param now in microseconds since 1970
   * @param count how many entries are looked at; by default all
   */
  expire(now: number, count = Number.POSITIVE_INFINITY): void {
    this.#expiring ??= this.#unordered();
    for (let i = 0; i < count; i++) {
      const next = this.#expiring.next();
      if (next.done) {
        this.#expiring = undefined;
        break;
      }
      if (next.value.revocation.expiresAt < now) this.#remove(next.value);
    }
  }

  /** The place of an entry in the order of arrival; 0 for one that is not in force. */
  sequenceOf({ kind, id }: Revocation): number {
    return this.get(kind, id)?.sequence ?? 0;
  }

  /** The entry of a name; undefined where none is in force. */
  get(kind: RevocationKind, id: string): IndexedRevocation | undefined {
    return this.#maps[kind].get(id);
  }

  /** The entries that arrived before a place, newest first. Not to be read on after a change. */
  newestBefore(sequence: number): Iterable<IndexedRevocation> {
    return this.#order.before(sequence);
  }

  /** The entries, oldest first. Entries that are added meanwhile may be among them. */
  *values(): Generator<IndexedRevocation> {
    const iterators = Object.values(this.#maps).map((map) => map.values());
    const heads = iterators.map((iterator) => iterator.next());
    for (;;) {
      let oldest = -1;
      let sequence = Number.POSITIVE_INFINITY;
      for (const [i, { done, value }] of heads.entries()) {
        if (done || value.sequence >= sequence) continue;
        oldest = i;
        sequence = value.sequence;
      }
      const head = heads[oldest];
      if (!head || head.done) return;
      yield head.value;
      heads[oldest] = (iterators[oldest] as Iterator<IndexedRevocation>).next() as typeof head;
    }
  }

  *#unordered(): Generator<IndexedRevocation> {
    for (const map of Object.values(this.#maps)) yield* map.values();
  }

  #remove(entry: IndexedRevocation): void {
    const { kind, id } = entry.revocation;
    this.#maps[kind].delete(id);
    this.#order.delete(entry);
  }

  #keyOf(userId: string): string {
    const known = this.#userKeys.get(userId);
    if (known !== undefined) return known;
    if (this.#userKeys.size >= MAX_USER_KEYS) this.#userKeys.clear();
    const key = userKey(userId);
    this.#userKeys.set(userId, key);
    return key;
  }
}

/** Whether an instant is at a cut-off, in microseconds since 1970, or before it. */
function isUpTo({ seconds, micros }: Instant, cutOff: number): boolean {
  return seconds * 1_000_000 + micros <= cutOff;
}

/** Whether an entry hits all that another one of the same name does, and for as long. */
function covers(one: Revocation, other: Revocation): boolean {
  return one.issuedBefore >= other.issuedBefore && one.expiresAt >= other.expiresAt;
}

/** What two entries of one name hit together: neither covers the other. */
function union(one: Revocation, other: Revocation): Revocation {
  return {
    ...other,
    issuedBefore: Math.max(one.issuedBefore, other.issuedBefore),
    expiresAt: Math.max(one.expiresAt, other.expiresAt),
  };
}

/** The revocations in force, in memory, as every call asks them. */
import {
  type Claims,
  type Revocation,
  type RevocationCheck,
  revocationName,
  userKey,
} from "../core/index.js";

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
 * A set of entries that only grows and expires. Cut-offs combine by the latest. Tokens and sessions are
 * kept by their ids alone: of a million entries, names and sets beside them would take a third more.
 */
export class LiveIndex implements RevocationCheck {
  readonly #tokens = new Map<string, IndexedRevocation>();
  readonly #sessions = new Map<string, IndexedRevocation>();
  readonly #cutOffs = new Map<string, IndexedRevocation>();
  readonly #users = new Map<string, number>();
  readonly #userKeys = new Map<string, string>();
  #everything = 0;
  #sequence = 0;
  #expiring: Iterator<IndexedRevocation> | undefined;

  /** How many entries are in force. */
  get size(): number {
    return this.#tokens.size + this.#sessions.size + this.#cutOffs.size;
  }

  isRevoked({ tokenId, sessionId, userId, issuedAt }: Claims): boolean {
    if (this.#tokens.size > 0 && this.#tokens.has(tokenId)) return true;
    if (this.#sessions.size > 0 && this.#sessions.has(sessionId)) return true;
    const cutOff = this.cutOffOf(userId);
    return cutOff > 0 && issuedAt.seconds * 1_000_000 + issuedAt.micros <= cutOff;
  }

  cutOffOf(userId: string): number {
    if (this.#users.size === 0) return this.#everything;
    return Math.max(this.#everything, this.#users.get(this.#keyOf(userId)) ?? 0);
  }

  /**
   * Adds an entry. Whether it is new, or kept longer than before. `sequence` is its place in the order
   * of arrival where another process has numbered it.
   */
  add(revocation: Revocation, sequence = this.#sequence + 1): boolean {
    const map = this.#mapOf(revocation);
    const name = nameOf(revocation);
    const known = map.get(name);
    if (known !== undefined && known.revocation.expiresAt >= revocation.expiresAt) return false;
    // Again the newest, for whoever follows the order of arrival.
    map.delete(name);
    map.set(name, { revocation, sequence });
    this.#sequence = Math.max(this.#sequence, sequence);
    this.#cutOff(revocation);
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
    let cutOffWent = false;
    for (let i = 0; i < count; i++) {
      const next = this.#expiring.next();
      if (next.done) {
        this.#expiring = undefined;
        break;
      }
      const { revocation } = next.value;
      if (revocation.expiresAt >= now) continue;
      const map = this.#mapOf(revocation);
      map.delete(nameOf(revocation));
      cutOffWent ||= map === this.#cutOffs;
    }
    if (cutOffWent) this.#recombine();
  }

  /** The place of an entry in the order of arrival; 0 for one that is not in force. */
  sequenceOf(revocation: Revocation): number {
    return this.#mapOf(revocation).get(nameOf(revocation))?.sequence ?? 0;
  }

  /** The entries, oldest first. Entries that are added meanwhile may be among them. */
  *values(): Generator<IndexedRevocation> {
    const iterators = this.#maps.map((map) => map.values());
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

  get #maps(): readonly Map<string, IndexedRevocation>[] {
    return [this.#tokens, this.#sessions, this.#cutOffs];
  }

  #mapOf({ kind }: Revocation): Map<string, IndexedRevocation> {
    if (kind === "TOKEN") return this.#tokens;
    return kind === "SESSION" ? this.#sessions : this.#cutOffs;
  }

  *#unordered(): Generator<IndexedRevocation> {
    for (const map of this.#maps) yield* map.values();
  }

  #cutOff({ kind, id, issuedBefore }: Revocation): void {
    if (kind === "USER") this.#users.set(id, Math.max(this.#users.get(id) ?? 0, issuedBefore));
    else if (kind === "EVERYTHING") this.#everything = Math.max(this.#everything, issuedBefore);
  }

  /** A cut-off has gone; another one of the same user may still hold. */
  #recombine(): void {
    this.#users.clear();
    this.#everything = 0;
    for (const { revocation } of this.#cutOffs.values()) this.#cutOff(revocation);
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

/** The name of an entry among those of its map. */
function nameOf(revocation: Revocation): string {
  const { kind, id } = revocation;
  return kind === "TOKEN" || kind === "SESSION" ? id : revocationName(revocation);
}

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

/** An entry and its place in the order of arrival. */
export interface IndexedRevocation {
  readonly revocation: Revocation;
  readonly sequence: number;
}

/** A set of entries that only grows and expires. Cut-offs combine by the latest. */
export class LiveIndex implements RevocationCheck {
  readonly #entries = new Map<string, IndexedRevocation>();
  readonly #tokens = new Set<string>();
  readonly #sessions = new Set<string>();
  readonly #users = new Map<string, number>();
  readonly #userKeys = new Map<string, string>();
  #everything = 0;
  #sequence = 0;

  /** How many entries are in force. */
  get size(): number {
    return this.#entries.size;
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
    const name = revocationName(revocation);
    const known = this.#entries.get(name);
    if (known !== undefined && known.revocation.expiresAt >= revocation.expiresAt) return false;
    // Again the newest, for whoever follows the order of arrival.
    this.#entries.delete(name);
    this.#entries.set(name, { revocation, sequence });
    this.#sequence = Math.max(this.#sequence, sequence);
    const { kind, id } = revocation;
    if (kind === "TOKEN") this.#tokens.add(id);
    else if (kind === "SESSION") this.#sessions.add(id);
    else this.#cutOff(revocation);
    return true;
  }

  /** Forgets entries that no live token can meet. @param now in microseconds since 1970 */
  expire(now: number): void {
    let cutOffWent = false;
    for (const [name, { revocation }] of this.#entries) {
      const { kind, id, expiresAt } = revocation;
      if (expiresAt >= now) continue;
      this.#entries.delete(name);
      if (kind === "TOKEN") this.#tokens.delete(id);
      else if (kind === "SESSION") this.#sessions.delete(id);
      else cutOffWent = true;
    }
    if (cutOffWent) this.#recombine();
  }

  /** The place of an entry in the order of arrival; 0 for one that is not in force. */
  sequenceOf(revocation: Revocation): number {
    return this.#entries.get(revocationName(revocation))?.sequence ?? 0;
  }

  /** The entries, oldest first. Entries that are added meanwhile are among them. */
  values(): IterableIterator<IndexedRevocation> {
    return this.#entries.values();
  }

  #cutOff({ kind, id, issuedBefore }: Revocation): void {
    if (kind === "USER") this.#users.set(id, Math.max(this.#users.get(id) ?? 0, issuedBefore));
    else this.#everything = Math.max(this.#everything, issuedBefore);
  }

  /** A cut-off has gone; another one of the same user may still hold. */
  #recombine(): void {
    this.#users.clear();
    this.#everything = 0;
    for (const { revocation } of this.#entries.values()) {
      if (revocation.issuedBefore > 0) this.#cutOff(revocation);
    }
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

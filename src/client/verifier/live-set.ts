/** The revocations in force, and whether a token is hit by one. */
import type { Revocation } from "../revocations.js";
import type { Instant } from "../time.js";

/** The most revocations that are held; beyond it nothing is vouched for. */
const MAX_REVOCATIONS = 10_000_000;
/** How often what has ended is looked for in a set that is not small, in milliseconds of the wall clock. */
const SWEEP_EVERY_MS = 60_000;
const SMALL = 10_000;
const HASH_LENGTH = 32;

/** The feed said something that no server says: nothing that it told is trusted from then on. */
export class MalformedFeedError extends Error {
  override readonly name = "MalformedFeedError";
}

/** More revocations are in force than are held. */
export class TooManyRevocationsError extends Error {
  override readonly name = "TooManyRevocationsError";
}

/** What revocations speak of. */
export interface TokenFacts {
  readonly tokenId: string;
  readonly sessionId: string;
  /** The SHA-256 of the user's id, one character a byte. */
  readonly userHash: string;
  readonly issuedAt: Instant;
  /** When the first token of the session was issued. */
  readonly sessionStartedAt: Instant;
}

interface CutOff {
  readonly issuedBefore: Instant;
  readonly endsAt: number;
}

/** A set of revocations. */
export class LiveSet {
  /** Each with the second after which no token that it hits is valid. */
  readonly #tokens = new Map<string, number>();
  readonly #sessions = new Map<string, number>();
  readonly #users = new Map<string, CutOff>();
  #everything: CutOff | undefined;
  readonly #max: number;
  #sweptAtMs = 0;
  /** The latest end of what was dropped and not told again. */
  #forgottenUntil = Number.NEGATIVE_INFINITY;
  /** The same of what was dropped since the present feed was asked for. */
  #forgottenSince = Number.NEGATIVE_INFINITY;

  /** Holds `max` revocations at most. */
  constructor(max = MAX_REVOCATIONS) {
    this.#max = max;
  }

  /** How many revocations are held; of several cut-offs of one user, the latest alone. */
  get size(): number {
    const everything = this.#everything === undefined ? 0 : 1;
    return this.#tokens.size + this.#sessions.size + this.#users.size + everything;
  }

  /** Whether the token is revoked. */
  hits(token: TokenFacts): boolean {
    return (
      this.#tokens.has(token.tokenId) ||
      this.#sessions.has(token.sessionId) ||
      isCut(token, this.#users.get(token.userHash)) ||
      isCut(token, this.#everything)
    );
  }

  /**
   * Takes revocations.
   * @throws MalformedFeedError for one that is none, TooManyRevocationsError for one beyond the bound.
   */
  add(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) {
      if (this.size >= this.#max) {
        throw new TooManyRevocationsError(`${this.#max} revocations are in force`);
      }
      this.#add(revocation);
    }
  }

  /** A feed is asked for. */
  begin(): void {
    this.#forgottenSince = Number.NEGATIVE_INFINITY;
  }

  /** The feed has told all that was in force when it was asked for. */
  relearn(): void {
    this.#forgottenUntil = this.#forgottenSince;
  }

  /** Whether what was dropped has yet to end by the wall clock, which ran ahead then. */
  hasForgotten(nowMs: number): boolean {
    return this.#forgottenUntil > nowMs / 1000;
  }

  /**
   * Whether a revocation of a token that expires at this instant may have been dropped: by a wall clock that
   * ran ahead, too early.
   */
  mayHaveForgotten({ seconds }: Instant): boolean {
    return seconds <= this.#forgottenUntil;
  }

  /** Drops what has ended by the wall clock, in milliseconds since 1970. */
  sweep(nowMs: number): void {
    const isEarly = Math.abs(nowMs - this.#sweptAtMs) < SWEEP_EVERY_MS;
    if (isEarly && this.size > SMALL) return;
    this.#sweptAtMs = nowMs;
    const now = nowMs / 1000;
    for (const ends of [this.#tokens, this.#sessions]) {
      for (const [id, endsAt] of ends) if (this.#hasEnded(endsAt, now)) ends.delete(id);
    }
    for (const [user, { endsAt }] of this.#users) {
      if (this.#hasEnded(endsAt, now)) this.#users.delete(user);
    }
    const everything = this.#everything;
    if (everything && this.#hasEnded(everything.endsAt, now)) this.#everything = undefined;
  }

  #hasEnded(endsAt: number, now: number): boolean {
    if (endsAt >= now) return false;
    this.#forgottenUntil = Math.max(this.#forgottenUntil, endsAt);
    this.#forgottenSince = Math.max(this.#forgottenSince, endsAt);
    return true;
  }

  #add({
    tokenId,
    sessionId,
    userIdSha256,
    everything,
    issuedBefore,
    expiresAt,
  }: Revocation): void {
    if (expiresAt === undefined) throw new MalformedFeedError("a revocation without an end");
    // Up to the end of that second.
    const endsAt = expiresAt.seconds + 1;
    if (tokenId === "" || sessionId === "") throw new MalformedFeedError("an id of no characters");
    if (tokenId !== undefined) keepLatest(this.#tokens, tokenId, endsAt);
    else if (sessionId !== undefined) keepLatest(this.#sessions, sessionId, endsAt);
    else if (issuedBefore === undefined) {
      throw new MalformedFeedError("a cut-off without its instant");
    } else if (userIdSha256 !== undefined) {
      if (userIdSha256.length !== HASH_LENGTH) {
        throw new MalformedFeedError("a SHA-256 that has not 32 bytes");
      }
      const user = Buffer.from(userIdSha256).toString("latin1");
      this.#users.set(user, latest(this.#users.get(user), { issuedBefore, endsAt }));
    } else if (everything) {
      this.#everything = latest(this.#everything, { issuedBefore, endsAt });
    } else {
      throw new MalformedFeedError("a revocation of nothing");
    }
  }
}

function keepLatest(ends: Map<string, number>, id: string, endsAt: number): void {
  ends.set(id, Math.max(ends.get(id) ?? endsAt, endsAt));
}

/** Of two cut-offs the later holds, until the later of their ends. */
function latest(held: CutOff | undefined, told: CutOff): CutOff {
  if (held === undefined) return told;
  const { issuedBefore } = isAfter(told.issuedBefore, held.issuedBefore) ? told : held;
  return { issuedBefore, endsAt: Math.max(held.endsAt, told.endsAt) };
}

/** Whether the session began, or the token was issued, at the cut-off or before it. */
function isCut({ sessionStartedAt, issuedAt }: TokenFacts, cutOff: CutOff | undefined): boolean {
  if (cutOff === undefined) return false;
  const { issuedBefore } = cutOff;
  return !isAfter(sessionStartedAt, issuedBefore) || !isAfter(issuedAt, issuedBefore);
}

function isAfter(a: Instant, b: Instant): boolean {
  return a.seconds > b.seconds || (a.seconds === b.seconds && a.micros > b.micros);
}

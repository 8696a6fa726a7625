/** Valid answers by the digest of their token, within bounds. Refusals are never kept. */
import { createHash } from "node:crypto";
import type { Claims, ValidToken } from "../operations.js";
import { freezeClaims } from "./frozen-claims.js";
import type { TokenFacts } from "./live-set.js";

/** What an answer takes beside its texts, in bytes: objects, three instants, the map's own. */
const FIXED_BYTES = 840;
/** What each object and list of its additional data takes beside its texts, in bytes. */
const NODE_BYTES = 72;

/** The objects and lists that all claims have, and `FIXED_BYTES` counts. */
const CLAIMS_NODES = 5;

/** A valid answer. */
export interface KeptAnswer extends TokenFacts {
  /** Frozen: all who show the token share them. */
  readonly claims: Claims;
  /** The claims' permissions, to look up. */
  readonly permissions: ReadonlySet<string>;
  readonly keyId: string;
  /** When the server was asked, in milliseconds of the steady clock. */
  readonly askedAt: number;
  /** When the token's life ends, in milliseconds of the steady clock. */
  readonly endsAt: number;
  /** How much memory it takes, as estimated. */
  readonly bytes: number;
}

/**
 * An answer to what was asked at `askedAt` of the steady clock. What the token had left was measured
 * after that, so that counting from `askedAt` ends early rather than late.
 */
export function toKeptAnswer(valid: ValidToken, askedAt: number): KeptAnswer {
  const claims = freezeClaims(valid);
  const { tokenId, sessionId, userId, keyId, issuedAt } = claims;
  const { seconds, micros } = valid.timeRemaining;
  let nodes = 0;
  const texts = JSON.stringify(claims, (_, value) => {
    if (typeof value === "object" && value !== null) nodes++;
    return typeof value === "bigint" ? String(value) : value;
  });
  return {
    claims,
    permissions: new Set(claims.permissions),
    tokenId,
    sessionId,
    userHash: createHash("sha256").update(userId).digest("binary"),
    issuedAt,
    sessionStartedAt: valid.sessionStartedAt,
    keyId,
    askedAt,
    endsAt: askedAt + seconds * 1000 + Math.floor(micros / 1000),
    bytes: FIXED_BYTES + 2 * texts.length + NODE_BYTES * (nodes - CLAIMS_NODES),
  };
}

/** A memory dump holds no token: only its SHA-256 is kept. */
export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("binary");
}

/** A bounded map in the order of use. */
export class KeptAnswers {
  readonly #answers = new Map<string, KeptAnswer>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** How many answers are held, ended ones included. */
  get size(): number {
    return this.#answers.size;
  }

  /** How much memory they take, as estimated. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The answer of a token that lives at `now`. It becomes the last to make room. */
  get(digest: string, now: number): KeptAnswer | undefined {
    const answer = this.#answers.get(digest);
    if (answer === undefined) return undefined;
    if (now >= answer.endsAt) {
      this.#drop(digest, answer);
      return undefined;
    }
    this.#answers.delete(digest);
    this.#answers.set(digest, answer);
    return answer;
  }

  /** Keeps an answer; what was used longest ago makes room. */
  put(digest: string, answer: KeptAnswer): void {
    const before = this.#answers.get(digest);
    if (before !== undefined) this.#drop(digest, before);
    this.#answers.set(digest, answer);
    this.#bytes += answer.bytes;
    for (const [oldest, made] of this.#answers) {
      if (this.#answers.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest, made);
    }
  }

  #drop(digest: string, answer: KeptAnswer): void {
    this.#answers.delete(digest);
    this.#bytes -= answer.bytes;
  }
}

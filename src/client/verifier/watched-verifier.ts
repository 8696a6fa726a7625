/** Verifies tokens without a call for each, and without a key. */
import { Code, ConnectError } from "@connectrpc/connect";
import { ServiceUnavailableError } from "../call-errors.js";
import {
  InvalidTokenError,
  PermissionDeniedError,
  TokenError,
  TokenExpiredError,
} from "../errors.js";
import type { Claims } from "../operations.js";
import { toHeldPermission, toToken } from "../requests.js";
import type { SecureTokenClient } from "../token-client.js";
import { requireAudience } from "./audience.js";
import { Feed } from "./feed.js";
import { FeedState } from "./feed-state.js";
import { digestOf, type KeptAnswer, KeptAnswers, toKeptAnswer } from "./kept-answers.js";
import { type CompleteOptions, completeOptions, type VerifierOptions } from "./options.js";
import { Questions } from "./questions.js";
import { SingleFlight } from "./single-flight.js";
import { SteadyClock } from "./steady-clock.js";

/** What a verifier asks of a client. */
export type VerifierClient = Pick<
  SecureTokenClient,
  "validateToken" | "batchValidateTokens" | "watchRevocations"
>;

/** What a verifier knows at present. */
export interface VerifierState {
  /** Whether a snapshot is complete and a checkpoint came after it: whether it vouches for anything. */
  readonly isReady: boolean;
  /** How old its knowledge is, in milliseconds; undefined before it is ready. */
  readonly stalenessMs: number | undefined;
  /** How many revocations it enforces. */
  readonly revocations: number;
  /** How many answers it keeps. */
  readonly entries: number;
  /** How much memory they take, in bytes, as estimated. */
  readonly bytes: number;
  /** False once the server has refused the feed: each token is then asked about. */
  readonly isPermitted: boolean;
}

/**
 * Keeps the server's answer about a token for as long as the token lives, and checks it at every look
 * against the feed of revocations, which arrive within a second. It vouches for nothing once the feed is
 * older than `maxStalenessMs`: then the server is asked, and where that can't be reached, the token is
 * refused. So a token may pass for `maxStalenessMs` after it was revoked, never longer.
 *
 * Its caller must be allowed ValidateToken, BatchValidateTokens and WatchRevocations (role `verifier`).
 * `close` it: its feed keeps the process alive.
 */
export class WatchedVerifier {
  readonly #options: CompleteOptions;
  readonly #clock: SteadyClock;
  readonly #state = new FeedState();
  readonly #answers: KeptAnswers;
  readonly #questions: Questions;
  readonly #flights = new SingleFlight<KeptAnswer>();
  readonly #feed: Feed;

  /** @throws TypeError naming the option that breaks its rule, and for a client that is none. */
  constructor(client: VerifierClient, options: VerifierOptions = {}) {
    if (typeof client?.watchRevocations !== "function") {
      throw new TypeError("WatchedVerifier needs a SecureTokenClient: new WatchedVerifier(client)");
    }
    this.#options = completeOptions(options);
    const { clock, maxEntries, maxBytes } = this.#options;
    this.#clock = new SteadyClock(clock);
    this.#answers = new KeptAnswers(maxEntries, maxBytes);
    this.#questions = new Questions(client, this.#clock);
    this.#feed = new Feed(client, this.#state, this.#clock, this.#options);
  }

  /**
   * A valid token's claims, frozen: all who show the token get the same object. With `permission` the
   * token must hold it, compared exactly. When `signal` fires nobody waits any more.
   * @throws InvalidTokenError, TokenExpiredError, PermissionDeniedError; TokenError for a permission of
   * more than 128 code points; ConnectError where the server must be asked and can't be, or has answered
   * so late that the token may have been revoked since. A caller's rate is not waited for.
   */
  async verify(token: string, permission?: string, signal?: AbortSignal): Promise<Claims> {
    const { tell } = this.#options;
    try {
      if (permission !== undefined) toHeldPermission(permission, "required_permission");
      // What is not text can have no answer, and must not come among the questions of others.
      toToken(token);
      const kept = this.#look(token);
      if (kept === undefined) tell({ kind: "miss" });
      const answer = kept ?? (await this.#flights.do(token, () => this.#ask(token), signal));
      // While the answer was on its way, a revocation may have come in.
      this.#refuseRevoked(answer);
      if (kept === undefined) this.#refuseLate(answer);
      if (kept !== undefined) tell({ kind: "hit" });
      requireAudience(answer.claims, this.#options.audience);
      if (permission === undefined || answer.permissions.has(permission)) return answer.claims;
      throw notGranted(permission);
    } catch (error) {
      tell({ kind: "refused", reason: error instanceof TokenError ? error.reason : "UNAVAILABLE" });
      throw error;
    }
  }

  /** What it knows at present. */
  get state(): VerifierState {
    return {
      isReady: this.#state.isReady,
      stalenessMs: this.#state.stalenessMs(this.#clock.now()),
      revocations: this.#state.live.size,
      entries: this.#answers.size,
      bytes: this.#answers.bytes,
      isPermitted: this.#feed.isPermitted,
    };
  }

  /** Ends the feed. Tokens are asked about from then on. The client stays open. */
  close(): void {
    this.#feed.close();
    this.#state.distrust();
  }

  /** The kept answer that can be vouched for now. */
  #look(token: string): KeptAnswer | undefined {
    const now = this.#clock.now();
    if (!this.#isFresh(now)) return undefined;
    const answer = this.#answers.get(digestOf(token), now);
    return answer !== undefined && this.#vouchesFor(answer, now) ? answer : undefined;
  }

  #isFresh(now: number): boolean {
    const stalenessMs = this.#state.stalenessMs(now);
    return stalenessMs !== undefined && stalenessMs <= this.#options.maxStalenessMs;
  }

  /** Whether all is known that may have been revoked since the answer was given. */
  #vouchesFor(answer: KeptAnswer, now: number): boolean {
    const { keyIds, live } = this.#state;
    if (!this.#isFresh(now) || !keyIds.has(answer.keyId)) return false;
    return !live.mayHaveForgotten(answer.claims.expiresAt) || live.hits(answer);
  }

  async #ask(token: string): Promise<KeptAnswer> {
    const { valid, askedAt } = await this.#questions.ask(token);
    const answer = toKeptAnswer(valid, askedAt);
    this.#answers.put(digestOf(token), answer);
    return answer;
  }

  #refuseRevoked(answer: KeptAnswer): void {
    if (!this.#state.live.hits(answer)) return;
    throw new InvalidTokenError("Token has been revoked", {
      reason: "TOKEN_REVOKED",
      field: "token",
    });
  }

  /** An answer is as old as the call's last try: it may have been on its way for long, or the process stopped. */
  #refuseLate(answer: KeptAnswer): void {
    const now = this.#clock.now();
    if (now >= answer.endsAt) throw expired(answer);
    const isLate = now - answer.askedAt > this.#options.maxStalenessMs;
    if (!isLate || this.#vouchesFor(answer, now)) return;
    const message = "the answer about the token came too late to be vouched for";
    throw new ServiceUnavailableError(new ConnectError(message, Code.Unavailable));
  }
}

function expired({ claims: { expiresAt } }: KeptAnswer): TokenExpiredError {
  const facts = { reason: "TOKEN_EXPIRED", field: "token" };
  return new TokenExpiredError("Token has expired", facts, expiresAt);
}

function notGranted(permission: string): PermissionDeniedError {
  const facts = {
    reason: "PERMISSION_NOT_GRANTED",
    field: "required_permission",
    metadata: { required_permission: permission },
  };
  return new PermissionDeniedError(`Permission '${permission}' not granted`, facts, permission);
}

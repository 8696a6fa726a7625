/** Follows the server's feed of revocations, and opens it again whenever it ends. */
import { Code, ConnectError } from "@connectrpc/connect";
import { TokenError } from "../errors.js";
import { MalformedAnswerError } from "../responses.js";
import type { SecureTokenClient } from "../token-client.js";
import type { FeedState } from "./feed-state.js";
import { TooManyRevocationsError } from "./live-set.js";
import type { CompleteOptions } from "./options.js";
import type { SteadyClock } from "./steady-clock.js";

/** What a feed is opened with. */
export type Watching = Pick<SecureTokenClient, "watchRevocations">;

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
/** When a feed is asked for again that the server has refused. */
const REFUSED_PAUSE_MS = 60_000;
/** How long a feed may say nothing: it has a checkpoint each second. */
const MAX_SILENCE_MS = 3_000;
/**
 * How long a feed lasts, and longer until its snapshot is complete. Its age is told by two clocks, of the server and of this machine, which may differ
 * by 500 ppm: by 0.15 s within this time.
 */
const MAX_LIFE_MS = 300_000;
/**
 * How long a feed lasts whose server knows too little to be vouched by: the next may be another server's.
 * Twice as long each time, as all servers may know too little.
 */
const BEHIND_LIFE_MS = 5_000;
/** A feed that ends sooner is opened again with a pause, whatever it has told. */
const LEAST_LIFE_MS = 1_000;
/** How often a feed that was given before and is refused is asked for again: its key may be a new one. */
const REFUSED_TRIES = 1;
/** What is known is not called stale before: there is a checkpoint each second. */
const LEAST_STALE_MS = 1_500;
/** How often its age is looked at. A timer of its own length would stand still while a machine sleeps. */
const LOOK_EVERY_MS = 100;

/** Codes of a server that will refuse the feed again. */
const REFUSALS: readonly Code[] = [
  Code.PermissionDenied,
  Code.Unimplemented,
  Code.Unauthenticated,
  Code.FailedPrecondition,
];

/** Why a feed has ended that has lasted for as long as one does. */
const RENEWAL = new Error("the feed of revocations is opened again");

/** One verifier's feed. */
export class Feed {
  readonly #client: Watching;
  readonly #state: FeedState;
  readonly #clock: SteadyClock;
  readonly #options: CompleteOptions;
  readonly #closed = new AbortController();
  #stream = new AbortController();
  #openedAt: number;
  #heardAt: number;
  #isPermitted = true;
  #isConnected = false;
  #isWarned = false;
  #behindLifeMs = BEHIND_LIFE_MS;

  constructor(client: Watching, state: FeedState, clock: SteadyClock, options: CompleteOptions) {
    this.#client = client;
    this.#state = state;
    this.#clock = clock;
    this.#options = options;
    this.#openedAt = clock.now();
    this.#heardAt = this.#openedAt;
    const looks = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    this.#closed.signal.addEventListener("abort", () => {
      clearInterval(looks);
      this.#stream.abort();
    });
    void this.#run();
  }

  /** False once the server has refused the feed, until it gives one. */
  get isPermitted(): boolean {
    return this.#isPermitted;
  }

  /** Ends the feed for good. */
  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    let tries = 0;
    for (let ends = 0; !this.#closed.signal.aborted; ) {
      const { isGiven, cause } = await this.#follow();
      if (this.#closed.signal.aborted) return;
      if (cause === RENEWAL) continue;
      if (isGiven) tries = REFUSED_TRIES;
      if (cause instanceof TooManyRevocationsError || (!isGiven && isRefusal(cause))) {
        const isLast = cause instanceof TooManyRevocationsError || tries === 0;
        tries = 0;
        if (isLast) this.#refuse(cause);
        await this.#pause(isLast ? REFUSED_PAUSE_MS : Math.random() * FIRST_PAUSE_MS);
        continue;
      }
      this.#isConnected = false;
      this.#options.tell({ kind: "disconnected", cause });
      const hasLasted = this.#clock.now() - this.#openedAt >= LEAST_LIFE_MS;
      ends = isGiven && hasLasted ? 0 : ends + 1;
      // A server that says goodbye is away for a moment at most; one that has gone is not stormed.
      const bound = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(ends - 1, 8));
      if (ends > 0) await this.#pause(Math.random() * bound);
    }
  }

  /** One stream, to its end: whether a checkpoint came in time, and why it ended. Never rejects. */
  async #follow(): Promise<{ isGiven: boolean; cause: unknown }> {
    let isGiven = false;
    this.#stream = new AbortController();
    const { signal } = this.#stream;
    const state = this.#state;
    this.#sweep();
    this.#openedAt = this.#clock.now();
    this.#heardAt = this.#openedAt;
    try {
      const cursor = state.begin(this.#openedAt, this.#options.clock.wall());
      for await (const event of this.#client.watchRevocations(cursor, { signal })) {
        if (signal.aborted) break;
        this.#heardAt = this.#clock.now();
        if (!state.apply(event, this.#heardAt)) continue;
        this.#sweep();
        this.#isPermitted = true;
        if (state.delayMs > this.#options.maxStalenessMs / 2) {
          isGiven = false;
          this.#stream.abort(new Error("the feed of revocations comes too late"));
          break;
        }
        isGiven = true;
        if (!this.#isConnected) this.#options.tell({ kind: "connected" });
        this.#isConnected = true;
        // With a checkpoint alone: a snapshot may take longer, and would never be complete.
        if (this.#isOver(this.#heardAt - this.#openedAt)) {
          this.#stream.abort(RENEWAL);
          break;
        }
      }
      return { isGiven, cause: signal.reason };
    } catch (error) {
      if (signal.aborted) return { isGiven, cause: signal.reason };
      // An event that makes no sense ends the trust in all that was told; a connection that breaks does not.
      const isBroken = error instanceof ConnectError && !(error instanceof MalformedAnswerError);
      if (!isBroken) this.#state.distrust();
      this.#stream.abort();
      return { isGiven, cause: error };
    }
  }

  /** Whether a feed has lasted for as long as one does. */
  #isOver(ageMs: number): boolean {
    if (this.#state.serverStalenessMs <= this.#options.maxStalenessMs) {
      this.#behindLifeMs = BEHIND_LIFE_MS;
      return ageMs > MAX_LIFE_MS;
    }
    if (ageMs <= this.#behindLifeMs) return false;
    this.#behindLifeMs = Math.min(2 * this.#behindLifeMs, MAX_LIFE_MS);
    return true;
  }

  /** Drops what has ended: also before a feed, which may tell so much that no checkpoint is reached. */
  #sweep(): void {
    this.#state.live.sweep(this.#options.clock.wall());
  }

  #refuse(cause: unknown): void {
    this.#state.distrust();
    this.#isConnected = false;
    if (this.#isPermitted) this.#options.tell({ kind: "not-watched", cause });
    this.#isPermitted = false;
  }

  #look(): void {
    const now = this.#clock.now();
    if (now - this.#heardAt > MAX_SILENCE_MS) {
      this.#stream.abort(new Error("nothing came on the feed of revocations for 3 seconds"));
    }
    const stalenessMs = this.#state.stalenessMs(now);
    const warnAtMs = Math.max(this.#options.maxStalenessMs / 2, LEAST_STALE_MS);
    const isStale =
      stalenessMs !== undefined && stalenessMs >= (this.#isWarned ? warnAtMs / 2 : warnAtMs);
    if (isStale && !this.#isWarned) this.#options.tell({ kind: "stale", stalenessMs });
    this.#isWarned = isStale;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#closed.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms).unref();
      this.#closed.signal.addEventListener("abort", done);
    });
  }
}

function isRefusal(cause: unknown): boolean {
  if (cause instanceof ConnectError) return REFUSALS.includes(cause.code);
  return cause instanceof TokenError;
}

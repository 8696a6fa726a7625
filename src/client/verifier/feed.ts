/** Follows the server's feed of revocations, and opens it again whenever it ends. */
import { Code, ConnectError } from "@connectrpc/connect";
import { TokenError } from "../errors.js";
import { MalformedAnswerError } from "../responses.js";
import type { SecureTokenClient } from "../token-client.js";
import type { FeedState } from "./feed-state.js";
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
/** How often its age is looked at. A timer of its own length would stand still while a machine sleeps. */
const LOOK_EVERY_MS = 100;

/** Codes of a server that will refuse the feed again. */
const REFUSALS: readonly Code[] = [
  Code.PermissionDenied,
  Code.Unimplemented,
  Code.Unauthenticated,
  Code.FailedPrecondition,
];

/** One verifier's feed. */
export class Feed {
  readonly #client: Watching;
  readonly #state: FeedState;
  readonly #clock: SteadyClock;
  readonly #options: CompleteOptions;
  readonly #closed = new AbortController();
  #stream = new AbortController();
  #heardAt: number;
  #isPermitted = true;
  #isWarned = false;

  constructor(client: Watching, state: FeedState, clock: SteadyClock, options: CompleteOptions) {
    this.#client = client;
    this.#state = state;
    this.#clock = clock;
    this.#options = options;
    this.#heardAt = clock.now();
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
    for (let ends = 0; !this.#closed.signal.aborted; ) {
      const { wasFresh, cause } = await this.#follow();
      if (this.#closed.signal.aborted) return;
      if (isRefusal(cause)) {
        this.#refuse(cause);
        await this.#pause(REFUSED_PAUSE_MS);
        continue;
      }
      this.#options.tell({ kind: "disconnected", cause });
      ends = wasFresh ? 0 : ends + 1;
      // A server that says goodbye is away for a moment at most; one that has gone is not stormed.
      const bound = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(ends - 1, 8));
      if (ends > 0) await this.#pause(Math.random() * bound);
    }
  }

  /** One stream, to its end: whether a checkpoint came, and why it ended. Never rejects. */
  async #follow(): Promise<{ wasFresh: boolean; cause: unknown }> {
    let wasFresh = false;
    this.#stream = new AbortController();
    this.#heardAt = this.#clock.now();
    const { signal } = this.#stream;
    try {
      for await (const event of this.#client.watchRevocations(this.#state.begin(), { signal })) {
        if (signal.aborted) break;
        this.#heardAt = this.#clock.now();
        const { live } = this.#state;
        if (!this.#state.apply(event, this.#heardAt)) continue;
        live.sweep(this.#options.clock.wall());
        if (!wasFresh) this.#options.tell({ kind: "connected" });
        wasFresh = true;
        this.#isPermitted = true;
      }
      return { wasFresh, cause: signal.reason };
    } catch (error) {
      // An event that makes no sense ends the trust in all that was told; a connection that breaks does not.
      const isBroken = error instanceof ConnectError && !(error instanceof MalformedAnswerError);
      if (!isBroken) this.#state.distrust();
      this.#stream.abort();
      return { wasFresh, cause: error };
    }
  }

  #refuse(cause: unknown): void {
    this.#state.distrust();
    if (this.#isPermitted) this.#options.tell({ kind: "not-watched", cause });
    this.#isPermitted = false;
  }

  #look(): void {
    const now = this.#clock.now();
    if (now - this.#heardAt > MAX_SILENCE_MS) {
      this.#stream.abort(new Error("nothing came on the feed of revocations for 3 seconds"));
    }
    const stalenessMs = this.#state.stalenessMs(now);
    const isStale = stalenessMs !== undefined && stalenessMs > this.#options.maxStalenessMs / 2;
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

/** What a verifier has done, for whoever watches this service. */
import type { VerifierEvent, VerifierState } from "secure-token-service/middleware";

/** The report as it is sent. */
export interface Report {
  /** Requests that were decided without a call, and those that asked the token service. */
  readonly hits: number;
  readonly misses: number;
  /** How old what is known of revocations is, in milliseconds; null before anything is known. */
  readonly stalenessMs: number | null;
  /** How many revocations are enforced. */
  readonly revocations: number;
}

/** Counts what a verifier tells. */
export class VerifierReport {
  #hits = 0;
  #misses = 0;

  /** Takes an event in. */
  count({ kind }: VerifierEvent): void {
    if (kind === "hit") this.#hits++;
    else if (kind === "miss") this.#misses++;
  }

  /** The counts until now, beside what the verifier knows. */
  of({ stalenessMs, revocations }: VerifierState): Report {
    return {
      hits: this.#hits,
      misses: this.#misses,
      stalenessMs: stalenessMs ?? null,
      revocations,
    };
  }
}

/**
 * Bounds how many entries of revocations the holders of a session's tokens make, by RevokeTokens and by RefreshToken
 * with `revoke_old`. Each is kept until its token expires, in every process of the fleet, in the log and on the
 * disk: at the rate at which an address may call, one token would fill them.
 */
import type { RevocationKind } from "../../core/index.js";
import { KeyedBuckets } from "./keyed-buckets.js";

/** How many a session makes at once, and how many seconds it earns each further one in. */
const BURST = 10;
const SECONDS_EACH = 30;

/** A rate for every session. */
export class EntryRates {
  readonly #buckets = new KeyedBuckets(1 / SECONDS_EACH, BURST);

  /**
   * Takes one entry, and gives 0; or the milliseconds until there will be one. Entries of the session itself count
   * apart from those of its tokens: whoever has used these up can end the session.
   */
  take(kind: RevocationKind, sessionId: string, now?: number): number {
    return this.#buckets.of(`${kind}:${sessionId}`, now).take(now);
  }
  /** Gives an entry back that could not be made. */
  giveBack(kind: RevocationKind, sessionId: string): void {
    this.#buckets.of(`${kind}:${sessionId}`).giveBack();
  }
}

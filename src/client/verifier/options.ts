/** How a verifier is bounded, and who is told what it does. */
import { refuseUnknownOptions } from "../../values/known-options.js";
import { tell } from "../tell.js";
import { requireAudienceName } from "./audience.js";
import { type CacheClock, PLATFORM_CLOCK } from "./steady-clock.js";

/** What a verifier tells, for metrics and logs. */
export type VerifierEvent =
  /** A kept answer was used: the token is valid, whatever it lacks. */
  | { readonly kind: "hit" }
  /** The server is asked about a token, or a call under way is awaited. */
  | { readonly kind: "miss" }
  /** A token was refused: the error's reason, as `TOKEN_REVOKED`, or `UNAVAILABLE`. */
  | { readonly kind: "refused"; readonly reason: string }
  /**
   * What is known has reached half of `maxStalenessMs`, 1.5 seconds at least. Told once until it is younger than
   * half of that.
   */
  | { readonly kind: "stale"; readonly stalenessMs: number }
  /** A feed has given its first checkpoint, in time. */
  | { readonly kind: "connected" }
  /** A feed has ended, and is opened again. */
  | { readonly kind: "disconnected"; readonly cause: unknown }
  /**
   * The server does not let this caller watch, keeps no revocations, or has more than a verifier holds: each
   * token is asked about until that changes. Told once until a feed is given.
   */
  | { readonly kind: "not-watched"; readonly cause: unknown };

/** How a verifier works. */
export interface VerifierOptions {
  /** How old its knowledge may be, in milliseconds: 1,000 to 300,000. Default 10,000. */
  readonly maxStalenessMs?: number | undefined;
  /** The most answers that are kept: 1 to 10,000,000. Default 100,000. */
  readonly maxEntries?: number | undefined;
  /** The most memory that they take, in bytes, as estimated: 1 MiB or more. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * The service that tokens must be meant for, compared exactly with each kept answer. Default: none is
   * required, and any token passes.
   */
  readonly audience?: string | undefined;
  /** Is told what the verifier does. What it throws, or rejects with, changes nothing. Default: nobody is. */
  readonly onEvent?: ((event: VerifierEvent) => void) | undefined;
  /** For tests. Default: the platform's clocks. */
  readonly clock?: CacheClock | undefined;
}

/** The options, complete. */
export interface CompleteOptions {
  readonly maxStalenessMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly audience: string | undefined;
  readonly clock: CacheClock;
  /** Never throws. */
  tell(event: VerifierEvent): void;
}

const NAMES: readonly (keyof VerifierOptions)[] = [
  "maxStalenessMs",
  "maxEntries",
  "maxBytes",
  "audience",
  "onEvent",
  "clock",
];
const MIB = 1024 * 1024;

/** @throws TypeError naming the option that breaks its rule. */
export function completeOptions(options: VerifierOptions): CompleteOptions {
  refuseUnknownOptions("a watched verifier", options, NAMES);
  const { maxStalenessMs = 10_000, maxEntries = 100_000, maxBytes = 256 * MIB } = options;
  const { clock = PLATFORM_CLOCK, onEvent, audience } = options;
  if (!(maxStalenessMs >= 1_000 && maxStalenessMs <= 300_000)) {
    throw new TypeError("maxStalenessMs must be 1,000 to 300,000 milliseconds");
  }
  if (!(Number.isSafeInteger(maxEntries) && maxEntries >= 1 && maxEntries <= 10_000_000)) {
    throw new TypeError("maxEntries must be a whole number from 1 to 10,000,000");
  }
  if (!(Number.isSafeInteger(maxBytes) && maxBytes >= MIB)) {
    throw new TypeError("maxBytes must be a whole number, at least 1,048,576");
  }
  requireAudienceName(audience);
  return {
    maxStalenessMs,
    maxEntries,
    maxBytes,
    audience,
    clock,
    tell: (event) => tell(onEvent, event),
  };
}

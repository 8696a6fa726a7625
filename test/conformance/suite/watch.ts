/** The corpus of watched verification: scripts of a feed, and what a verifier makes of it. */
import { readFileSync } from "node:fs";

/** The group's name, and the offer in `driver.json` of a driver that takes part. */
export const WATCH = "watch";

/** A token that the scripted server knows. */
export interface KnownToken {
  readonly tokenId: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly keyId: string;
  readonly permissions: readonly string[];
  /** RFC 3339. */
  readonly issuedAt: string;
  /** RFC 3339. Unset: answers do not tell it, as those of an older server. */
  readonly sessionStartedAt?: string;
  /** Milliseconds from the start of the case. */
  readonly expiresInMs: number;
  /**
   * What is wrong with every answer about it: `status` is one that says nothing of the token, `claims` are
   * some that lack their end. Unset: nothing.
   */
  readonly ill?: "status" | "claims";
}

/** An event of the feed in protojson, but for users: `{"user": "user-1"}` is their id's SHA-256. */
export type FeedEvent =
  | {
      readonly snapshot: {
        readonly first?: boolean;
        readonly last?: boolean;
        readonly revocations?: readonly object[];
        /** So many entries of tokens that nobody has, in further pages. */
        readonly fill?: number;
      };
    }
  | { readonly changes: readonly object[] }
  | {
      readonly checkpoint: {
        readonly cursor: string;
        readonly staleness: string;
        readonly keyIds: string[];
        /** Unset: as from a server that is older than this field. */
        readonly uptime?: string;
      };
    }
  /** Named in runner/malformed-events.ts. */
  | { readonly malformed: string };

/** What is asked of the driver's verifier. */
export interface Verify {
  readonly token: string;
  readonly permission?: string;
  /** How many ask for it at the same time. Default 1. */
  readonly count?: number;
}

/** What is known of a verifier. */
export interface VerifierState {
  readonly ready: boolean;
  readonly stalenessMs: number | null;
  readonly live: number;
  readonly entries: number;
  readonly permitted: boolean;
}

/** A step of a script; README.md says what each does. */
export type Step =
  | { readonly send: FeedEvent }
  | { readonly end: string }
  | { readonly reset: true }
  | { readonly refuseWatch: string | null }
  | { readonly refuseBatch: string }
  | { readonly unary: "up" | "away" | "limited" | "full" }
  | { readonly revoke: string }
  | { readonly hold: boolean }
  | { readonly quiet: true }
  | { readonly passSeconds: number }
  | { readonly idleMs: number }
  | { readonly advance: { readonly monotonicMs?: number; readonly wallMs?: number } }
  | {
      readonly verify: Verify;
      /** One for all, or one each: VALID, an error's reason, or a status code. */
      readonly expect: string | readonly string[];
      /** The RPCs that it took, in order. Unset: any. */
      readonly asked?: readonly string[];
    }
  | {
      readonly verifyMany: readonly string[];
      readonly expect: readonly string[];
      /** How many calls it may take at most. */
      readonly maxCalls?: number;
      /** The one RPC by which it may be asked. */
      readonly onlyBy?: string;
    }
  | { readonly begin: Verify }
  | { readonly awaitAsked: number }
  | { readonly awaitAskedAgain: true }
  | { readonly collect: true; readonly expect: string | readonly string[] }
  | { readonly await: Partial<VerifierState> }
  /** What the verifier has told since the last such step, in order; README.md names the events. */
  | { readonly awaitTold: readonly string[] }
  | { readonly awaitStreams: number; readonly cursor?: string };

/** A script. */
export interface WatchCase {
  readonly name: string;
  /** The case stands for one of each of these texts, put for `${each}` in its name and its steps. */
  readonly each?: readonly string[];
  /** Of the verifier. Default 10,000. */
  readonly maxStalenessMs?: number;
  /** Of the verifier. Default 1,000. */
  readonly maxEntries?: number;
  /** How far the driver's wall clock is ahead of the server's, in milliseconds. Default 0. */
  readonly wallAheadMs?: number;
  /** Whether each hook of the verifier fails, as the language has it. Default false. */
  readonly failingHooks?: boolean;
  readonly steps: readonly Step[];
}

/** The cases of watch.json. */
export interface WatchGroup {
  readonly name: string;
  readonly about: string;
  readonly tokens: Readonly<Record<string, KnownToken>>;
  readonly cases: readonly WatchCase[];
}

/** Reads watch.json. Names of cases are unique. */
export function loadWatchGroup(): WatchGroup {
  const text = readFileSync(new URL("../cases/watch.json", import.meta.url), "utf8");
  const told = JSON.parse(text) as Omit<WatchGroup, "name">;
  const group = { name: WATCH, ...told, cases: told.cases.flatMap(expand) };
  const names = group.cases.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`watch.json has two cases named "${twice}"`);
  return group;
}

function expand({ each, ...it }: WatchCase): WatchCase[] {
  if (each === undefined) return [it];
  const text = JSON.stringify(it);
  return each.map((one) => JSON.parse(text.replaceAll(/\$\{each\}/g, one)) as WatchCase);
}

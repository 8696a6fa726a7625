/** Revocation: what its methods take and give. */
import type { Duration, Instant } from "./time.js";

/** What is to be revoked. Instants are `Instant`s of an answer, or `Date`s. */
export type RevocationTarget =
  /** A token, itself: it must be authentic. */
  | { readonly token: string }
  /** A token by its id. The entry is kept until `expiresAt`; where that is not known, for 8,760 hours. */
  | { readonly tokenId: string; readonly expiresAt?: Instant | Date | undefined }
  /** Every token of a session that is issued before the answer. The session is refreshed no more. */
  | { readonly sessionId: string }
  /** Every token of a user's sessions that began at an instant or earlier, by default the server's present. */
  | { readonly userId: string; readonly issuedBefore?: Instant | Date | undefined }
  /** Every token of sessions that began at an instant or earlier, whoever's they are. */
  | { readonly everythingIssuedBefore: Instant | Date };

/** How tokens are revoked. */
export interface RevokeOptions {
  /** Why, for the log and for `listRevocations`: at most 128 code points. No token, no secret. Default none. */
  readonly reason?: string | undefined;
}

/**
 * What became of a target: it is revoked, now or from earlier; every token that it could hit has expired;
 * its token is not authentic. `UNSPECIFIED` is one that only a newer server knows.
 */
export type RevocationOutcome = "REVOKED" | "ALREADY_EXPIRED" | "NOT_AUTHENTIC" | "UNSPECIFIED";

/** An entry of what is revoked. One of `tokenId`, `sessionId`, `userIdSha256` and `everything` is set. */
export interface Revocation {
  readonly tokenId?: string;
  readonly sessionId?: string;
  /** The SHA-256 of the user's id, 32 bytes. */
  readonly userIdSha256?: Uint8Array;
  /** Every token whose session began up to `issuedBefore`. */
  readonly everything?: true;
  /** The cut-off of a user's or everybody's sessions: those that began then or earlier are revoked. */
  readonly issuedBefore?: Instant;
  /** After this instant no token that the entry hits is valid. */
  readonly expiresAt?: Instant;
  /** When it was revoked. */
  readonly revokedAt?: Instant;
  /** Why; empty where nobody said, and in the feed. */
  readonly reason: string;
}

/** Which entries are listed. */
export interface RevocationFilter {
  /** Only the cut-offs of this user. Default: all. */
  readonly userId?: string | undefined;
  /** Only the entry of this token. Default: all. */
  readonly tokenId?: string | undefined;
  /** The most entries of a page, 1 to 1,000. Default 100. */
  readonly pageSize?: number | undefined;
  /** `nextPageToken` of an earlier page with the same filter. Default: the first page. */
  readonly pageToken?: string | undefined;
}

/** A page of entries, the newest first. */
export interface RevocationPage {
  readonly revocations: readonly Revocation[];
  /** For the next page; empty on the last one. */
  readonly nextPageToken: string;
}

/**
 * What a server tells those who watch. Until the page of a snapshot that is `last` nothing is known. What
 * was known before a page that is `first` stays in force until it expires: a server that lags has not heard
 * of all of it. `checkpoint`: all up to now has been told. `unknown`: a newer server's event, after which
 * nothing that was kept may be believed.
 */
export type RevocationEvent =
  | {
      readonly kind: "snapshot";
      readonly revocations: readonly Revocation[];
      readonly first: boolean;
      readonly last: boolean;
    }
  | { readonly kind: "changes"; readonly revocations: readonly Revocation[] }
  | {
      readonly kind: "checkpoint";
      /** Where a later call can go on. */
      readonly cursor: string;
      /** How old the server's own knowledge is. */
      readonly staleness: Duration;
      /** The keys of tokens that are still valid. */
      readonly keyIds: readonly string[];
      /** How long this stream had lasted when the server wrote this; undefined from older servers. */
      readonly uptime?: Duration | undefined;
    }
  | { readonly kind: "unknown" };

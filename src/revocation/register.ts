/** Whoever keeps a server's revocations, as the service and the server know it. */
import type { Revocation, RevocationCheck } from "../core/index.js";

/** Which entries a list is of, and how many. */
export interface RevocationQuery {
  /** `userKey` of a user: only that user's cut-offs. */
  readonly userKey?: string | undefined;
  /** Only this token's entry. */
  readonly tokenId?: string | undefined;
  /** At most 1,000. */
  readonly pageSize: number;
  /** `nextPageToken` of an earlier page; undefined for the first. */
  readonly pageToken?: string | undefined;
}

/** Entries, newest first. */
export interface RevocationPage {
  readonly revocations: readonly Revocation[];
  /** Undefined on the last page. */
  readonly nextPageToken?: string | undefined;
}

/** An event of the feed; see WatchRevocations in the schema. */
export type FeedEvent =
  | {
      readonly kind: "SNAPSHOT";
      readonly revocations: readonly Revocation[];
      readonly first: boolean;
      readonly last: boolean;
    }
  | { readonly kind: "CHANGES"; readonly revocations: readonly Revocation[] }
  | {
      readonly kind: "CHECKPOINT";
      readonly cursor: string;
      /** How old the server's own knowledge is, in milliseconds. */
      readonly stalenessMs: number;
    };

/** A watcher of the feed. Nothing is kept for it: it asks for one event after the other. */
export interface FeedWatch {
  /**
   * The next event; undefined where there is none yet.
   * @throws WatcherTooSlowError when it is further behind than what is kept
   */
  next(): FeedEvent | undefined;
  /** The watcher has gone. To be called once. */
  close(): void;
}

/** Keeps revocations. */
export interface RevocationRegister extends RevocationCheck {
  /** False for a server that keeps none, whose other methods must not be called. */
  readonly isEnabled: boolean;
  /**
   * Whether it can show that it knows every revocation of late. While it cannot, no token is vouched
   * for. A property, because every call reads it.
   */
  readonly isFresh: boolean;
  /**
   * Puts entries in force. Settles once they are durable and hold in every worker of this server.
   * @throws RevocationNotStoredError
   */
  revoke(revocations: readonly Revocation[]): Promise<void>;
  /** @throws RangeError for a page token of no earlier page. */
  list(query: RevocationQuery): RevocationPage;
  /**
   * Everything from a cursor on, for as long as it is asked.
   * @param cursor of an earlier checkpoint; empty, unknown or too old: from a snapshot on
   * @param wake is called when there may be a further event, after `next` gave none. It must not throw
   * @param caller who watches: a caller may have a part of all watchers. Default "": callers are not
   * told apart
   * @throws TooManyWatchersError
   */
  watch(cursor: string, wake: () => void, caller?: string): FeedWatch;
}

/** Revocations could not be made durable in time. They may take effect all the same. */
export class RevocationNotStoredError extends Error {
  override readonly name = "RevocationNotStoredError";
}

/** As many watch as the server serves, or serves of one caller. The message tells which. */
export class TooManyWatchersError extends Error {
  override readonly name = "TooManyWatchersError";
}

/** A watcher does not read what it is sent. */
export class WatcherTooSlowError extends Error {
  override readonly name = "WatcherTooSlowError";
}

/** The register of a server that keeps no revocations. */
export const NO_REGISTER: RevocationRegister = {
  isEnabled: false,
  isFresh: true,
  isRevoked: () => false,
  cutOffOf: () => 0,
  revoke: () => Promise.reject(new RevocationNotStoredError("no revocations are kept")),
  list: () => ({ revocations: [] }),
  watch: () => {
    throw new Error("no revocations are kept");
  },
};

/** What a primary and its workers tell each other of revocations. */
import type { EntryArray } from "../entry-text.js";

/** How often a primary tells its workers how old its knowledge is, in milliseconds. */
export const CHECKPOINT_MS = 500;
/** How long a worker may take to confirm a change, in milliseconds, before it is replaced. */
export const SILENCE_MS = 1000;
/** Entries of one message. */
export const PAGE_SIZE = 1000;

/** An entry with its place in the order of arrival, which is the same in every worker. */
export type Numbered = readonly [sequence: number, entry: EntryArray];

/** From a primary to a worker. */
export type ToWorker =
  /** A part of all that is in force; changes may come between two parts. */
  | { readonly snapshot: readonly Numbered[] }
  /** All of it has been sent; the primary's feed has this name and stood at this position. */
  | { readonly complete: { readonly feedId: string; readonly position: number } }
  /** Entries from now on in force; to be confirmed. */
  | { readonly changes: readonly Numbered[]; readonly number: number }
  /** How old the primary's knowledge was at `at`, by the machine's clock; null: there is none. */
  | { readonly checkpoint: { readonly stalenessMs: number | null; readonly at: number } }
  /** What became of a request. */
  | { readonly done: number; readonly error?: string };

/** From a worker to its primary. */
export type ToPrimary =
  /** Asks for the snapshot and all changes. */
  | { readonly join: true }
  /** The changes up to this number are in force. */
  | { readonly confirm: number }
  /** Asks for entries to be put in force; answered by `done` with the same number. */
  | { readonly revoke: readonly EntryArray[]; readonly number: number };

/** A channel between two processes that loses nothing and keeps the order. */
export interface Channel<Out, In> {
  /** Sends a message; `sent` is called once the channel has taken it. */
  send(message: Out, sent?: () => void): void;
  /** Calls the handler for every message. */
  onMessage(handler: (message: In) => void): void;
}

/** Entries as text and as plain JSON: for the shared log, for workers, and for files. */
import type { Revocation, RevocationKind } from "../core/index.js";
import { FIRST_MICROS, LAST_MICROS } from "../core/revocations.js";
import { ID_RULE, isId } from "../core/token-ids.js";

/** An entry as a JSON array: kind, id, issuedBefore, expiresAt, revokedAt, reason. */
export type EntryArray = readonly [RevocationKind, string, number, number, number, string];

const KINDS: ReadonlySet<unknown> = new Set<RevocationKind>([
  "TOKEN",
  "SESSION",
  "USER",
  "EVERYTHING",
]);
/** The most characters of an id that is read: older servers took a token_id of any length. */
const MAX_ID_LENGTH = 8192;
/** The most UTF-16 code units of a reason of 128 code points. */
const MAX_REASON_LENGTH = 256;
/** A `userKey`. */
const USER_KEY = /^[0-9a-f]{64}$/;

/** An entry as an array, which is a third shorter in JSON than an object. */
export function toEntryArray(revocation: Revocation): EntryArray {
  const { kind, id, issuedBefore, expiresAt, revokedAt, reason } = revocation;
  return [kind, id, issuedBefore, expiresAt, revokedAt, reason];
}

/** The entry of such an array; undefined for anything else. */
export function fromEntryArray(value: unknown): Revocation | undefined {
  if (!Array.isArray(value) || value.length !== 6) return undefined;
  const [kind, id, issuedBefore, expiresAt, revokedAt, reason] = value as unknown[];
  if (!KINDS.has(kind) || typeof id !== "string" || id.length > MAX_ID_LENGTH) return undefined;
  if (!isMicros(issuedBefore) || !isMicros(expiresAt) || !isMicros(revokedAt)) return undefined;
  if (typeof reason !== "string" || reason.length > MAX_REASON_LENGTH) return undefined;
  return { kind: kind as RevocationKind, id, issuedBefore, expiresAt, revokedAt, reason };
}

/** An entry as one line of JSON. */
export function toEntryText(revocation: Revocation): string {
  return JSON.stringify(toEntryArray(revocation));
}

/** The entry of such a line, which may break a rule of `faultOf`; undefined for anything else. */
export function parseEntryText(text: string): Revocation | undefined {
  try {
    return fromEntryArray(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The entry of such a line; undefined for anything else, and for one that no server writes. */
export function fromEntryText(text: string): Revocation | undefined {
  const revocation = parseEntryText(text);
  return revocation === undefined || faultOf(revocation) !== undefined ? undefined : revocation;
}

/**
 * Whether an entry hits no token: it names one by an id that none has. It comes from a server that was older than
 * `ID_RULE`, and may be passed over: nothing is accepted for want of it.
 */
export function hitsNothing({ kind, id }: Revocation): boolean {
  return (kind === "TOKEN" || kind === "SESSION") && !isId(id);
}

/** The rule that keeps an entry from being written, for people; undefined for none. Stricter than `faultOf`. */
export function writeFaultOf(revocation: Revocation): string | undefined {
  return hitsNothing(revocation)
    ? `the id of a ${revocation.kind} must ${ID_RULE}`
    : faultOf(revocation);
}

/**
 * The rule that keeps an entry from being read, for people; undefined for none. To pass over such an entry might
 * accept what is revoked.
 */
export function faultOf(revocation: Revocation): string | undefined {
  const { kind, id, issuedBefore, expiresAt, revokedAt } = revocation;
  if (kind === "USER" && !USER_KEY.test(id)) {
    return "the id of a USER must be 64 hexadecimal digits in lower case, the SHA-256 of the user_id";
  }
  if (kind === "EVERYTHING" && id !== "") return "the id of EVERYTHING must be empty";
  const isOf = (micros: number) => micros >= FIRST_MICROS && micros <= LAST_MICROS;
  if (isOf(issuedBefore) && isOf(expiresAt) && isOf(revokedAt)) return undefined;
  return "issuedBefore, expiresAt and revokedAt must be in the years 1 to 9999";
}

/** A whole number; beyond 2^53, where doubles are even, expiry is rounded up. */
function isMicros(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 1e18;
}

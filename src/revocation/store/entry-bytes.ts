/**
 * Entries as keys and values of an ordered store. Keys begin with the expiry, so that what has
 * expired is one range. Cut-offs of one user are keys of their own: none overwrites another; those that a later one makes
 * needless are removed.
 */
import type { Revocation, RevocationKind } from "../../core/index.js";

/** The first byte of every key: a later layout has another one. */
const LAYOUT = 1;
const KIND_CODES: Record<RevocationKind, number> = { TOKEN: 1, SESSION: 2, USER: 3, EVERYTHING: 4 };
const KINDS = new Map(Object.entries(KIND_CODES).map(([kind, code]) => [code, kind]));
/** Layout, expiry, kind, cut-off; the id follows. */
const HEAD_LENGTH = 1 + 8 + 1 + 8;
/** revokedAt; the reason follows. */
const VALUE_HEAD_LENGTH = 8;
/** Puts negative numbers before positive ones, byte for byte. */
const BIAS = 1n << 63n;

/** A store's entry is not as this program writes it. */
export class EntryBytesError extends Error {
  override readonly name = "EntryBytesError";
}

/** The key of an entry. */
export function toKey({ kind, id, issuedBefore, expiresAt }: Revocation): Buffer {
  const key = Buffer.allocUnsafe(HEAD_LENGTH + Buffer.byteLength(id));
  writeExpiry(key, expiresAt);
  key[9] = KIND_CODES[kind];
  key.writeBigUInt64BE(BigInt(issuedBefore) + BIAS, 10);
  key.write(id, HEAD_LENGTH);
  return key;
}

/** The value of an entry. */
export function toValue({ revokedAt, reason }: Revocation): Buffer {
  const value = Buffer.allocUnsafe(VALUE_HEAD_LENGTH + Buffer.byteLength(reason));
  value.writeBigUInt64BE(BigInt(revokedAt) + BIAS);
  value.write(reason, VALUE_HEAD_LENGTH);
  return value;
}

/** The first key of the entries that expire at an instant or later. */
export function firstKeyOf(expiresAt: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  writeExpiry(key, expiresAt);
  return key;
}

/** An entry of its key and value. @throws EntryBytesError */
export function fromBytes(key: Buffer, value: Buffer): Revocation {
  const kind = KINDS.get(key[9] ?? 0) as RevocationKind | undefined;
  if (key[0] !== LAYOUT || kind === undefined || value.length < VALUE_HEAD_LENGTH) {
    throw new EntryBytesError("an entry has an unknown layout");
  }
  return {
    kind,
    id: key.toString("utf8", HEAD_LENGTH),
    issuedBefore: Number(key.readBigUInt64BE(10) - BIAS),
    expiresAt: Number(key.readBigUInt64BE(1) - BIAS),
    revokedAt: Number(value.readBigUInt64BE(0) - BIAS),
    reason: value.toString("utf8", VALUE_HEAD_LENGTH),
  };
}

function writeExpiry(key: Buffer, expiresAt: number): void {
  key[0] = LAYOUT;
  key.writeBigUInt64BE(BigInt(expiresAt) + BIAS, 1);
}

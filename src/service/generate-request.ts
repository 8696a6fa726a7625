/**
 * GenerateToken's binary request, read without protobuf-es, whose reading by reflection takes longer than
 * making the token does. What is not of the plainest form (text beyond ASCII, values within values, a
 * field twice, one that is not known) is left to protobuf-es, which knows all of them and every fault.
 * Encoding: protobuf.dev/programming-guides/encoding.
 */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** What a plain request says; a field that is absent is as protobuf-es gives it. */
export interface GenerateRequest {
  readonly userId: string;
  readonly permissions: readonly string[];
  readonly expiresIn: { readonly seconds: bigint; readonly nanos: number } | undefined;
  readonly additionalData: JsonObject | undefined;
  readonly audiences: readonly string[];
}

/** Field numbers with their wire types. */
const REQUEST = {
  userId: 0x0a,
  permissions: 0x12,
  expiresIn: 0x1a,
  additionalData: 0x22,
  audiences: 0x2a,
};
const DURATION = { seconds: 0x08, nanos: 0x10 };
/** `Struct.fields` and the entry of a map. */
const STRUCT = { entry: 0x0a, key: 0x0a, value: 0x12 };
const VALUE = { null: 0x08, number: 0x11, string: 0x1a, bool: 0x20 };

/** Where the reading is: requests are read one after the other, and never one within another. */
let bytes: Buffer = Buffer.alloc(0);
let at = 0;

/** Reads a plain request; undefined for one that is not. */
export function generateFromBinary(request: Buffer): GenerateRequest | undefined {
  bytes = request;
  at = 0;
  let userId: string | undefined;
  const permissions: string[] = [];
  const audiences: string[] = [];
  let expiresIn: GenerateRequest["expiresIn"];
  let additionalData: JsonObject | undefined;
  while (at < bytes.length) {
    const tag = bytes[at++];
    if (tag === REQUEST.userId && userId === undefined) {
      userId = readText();
      if (userId === undefined) return undefined;
    } else if (tag === REQUEST.permissions) {
      const permission = readText();
      if (permission === undefined) return undefined;
      permissions.push(permission);
    } else if (tag === REQUEST.audiences) {
      const audience = readText();
      if (audience === undefined) return undefined;
      audiences.push(audience);
    } else if (tag === REQUEST.expiresIn && expiresIn === undefined) {
      expiresIn = readDuration();
      if (expiresIn === undefined) return undefined;
    } else if (tag === REQUEST.additionalData && additionalData === undefined) {
      additionalData = readStruct();
      if (additionalData === undefined) return undefined;
    } else {
      return undefined;
    }
  }
  return { userId: userId ?? "", permissions, expiresIn, additionalData, audiences };
}

/** Where what is announced by a length ends; -1 where it is not all there. */
function readEnd(): number {
  const length = readVarint();
  const end = at + length;
  return length >= 0 && end <= bytes.length ? end : -1;
}

/** A number of at most 28 bits, at its shortest; -1 for any other. */
function readVarint(): number {
  let value = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) return -1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return byte === 0 && shift > 0 ? -1 : value;
  }
  return -1;
}

function readText(): string | undefined {
  const end = readEnd();
  if (end < 0) return undefined;
  for (let i = at; i < end; i++) if ((bytes[i] as number) >= 0x80) return undefined;
  const text = bytes.toString("latin1", at, end);
  at = end;
  return text;
}

function readDuration(): GenerateRequest["expiresIn"] {
  const end = readEnd();
  let seconds = -1;
  let nanos = -1;
  while (at < end) {
    const tag = bytes[at++];
    const value = readVarint();
    if (value < 0) return undefined;
    if (tag === DURATION.seconds && seconds < 0) seconds = value;
    else if (tag === DURATION.nanos && nanos < 0) nanos = value;
    else return undefined;
  }
  if (at !== end) return undefined;
  return { seconds: BigInt(Math.max(0, seconds)), nanos: Math.max(0, nanos) };
}

function readStruct(): JsonObject | undefined {
  const end = readEnd();
  const struct: JsonObject = {};
  while (at < end) {
    if (bytes[at++] !== STRUCT.entry) return undefined;
    const entryEnd = readEnd();
    if (entryEnd < 0 || bytes[at++] !== STRUCT.key) return undefined;
    const key = readText();
    // A name of Object's own would not become a member, and of two alike the last one counts.
    if (key === undefined || key in struct || bytes[at++] !== STRUCT.value) return undefined;
    const valueEnd = readEnd();
    if (valueEnd !== entryEnd) return undefined;
    const value = readValue();
    if (value === undefined || at !== valueEnd) return undefined;
    struct[key] = value;
  }
  return at === end ? struct : undefined;
}

function readValue(): JsonValue | undefined {
  const tag = bytes[at++];
  if (tag === VALUE.string) return readText();
  if (tag === VALUE.number) {
    if (at + 8 > bytes.length) return undefined;
    const number = bytes.readDoubleLE(at);
    at += 8;
    return Number.isFinite(number) ? number : undefined;
  }
  const number = readVarint();
  if (tag === VALUE.bool && (number === 0 || number === 1)) return number === 1;
  return tag === VALUE.null && number === 0 ? null : undefined;
}

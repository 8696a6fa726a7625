/** Header blocks that we send (RFC 7541): prepared once, then constant bytes. */

import { isFieldName, isFieldValue } from "./field-syntax.js";
import { Flag, FRAME_HEADER_SIZE, FrameType } from "./frame-types.js";
import { STATIC_TABLE } from "./hpack/static-table.js";

/** A header field to be sent. */
export type OutgoingField = readonly [name: string, value: string];

/** The most characters of a value that `HeaderBlock.plus` takes: two octets tell its length. */
const MAX_ADDED_VALUE = 0x7f + 0x7f;

/**
 * A header block, encoded. It uses the static table and literals that no table keeps, so the same
 * bytes mean the same fields on every connection.
 */
export class HeaderBlock {
  /** A whole HEADERS frame with END_HEADERS, for stream 0; whoever sends it writes the stream's id. */
  readonly frame: Buffer;

  /** @param frame such a frame; see `headersFrame` */
  constructor(frame: Buffer) {
    this.frame = frame;
  }

  /** The same fields behind a dynamic table size update to 0 (RFC 7541, section 6.3). */
  withEmptiedTable(): HeaderBlock {
    return new HeaderBlock(
      headersFrame(Buffer.concat([EMPTY_TABLE, this.frame.subarray(FRAME_HEADER_SIZE)])),
    );
  }

  /**
   * The same fields and one more, for a field whose value differs from answer to answer.
   *
   * @param name from `encodeFieldName`
   * @param value 1 to 254 characters of visible ASCII; the characters are not checked
   * @throws RangeError for a longer value
   */
  plus(name: Buffer, value: string): HeaderBlock {
    const { frame } = this;
    const { length } = value;
    if (length > MAX_ADDED_VALUE) throw new RangeError("the value of the field is too long");
    const nameEnd = frame.length + name.length;
    const lengthSize = length < 0x7f ? 1 : 2;
    const longer = Buffer.allocUnsafe(nameEnd + lengthSize + length);
    longer.set(frame);
    longer.set(name, frame.length);
    longer[nameEnd] = lengthSize === 1 ? length : 0x7f;
    if (lengthSize === 2) longer[nameEnd + 1] = length - 0x7f;
    longer.write(value, nameEnd + lengthSize, "latin1");
    writeSize(longer, longer.length - FRAME_HEADER_SIZE);
    return new HeaderBlock(longer);
  }

  /** Octets of the encoded fields. */
  get size(): number {
    return this.frame.length - FRAME_HEADER_SIZE;
  }
}

const EMPTY_TABLE = Buffer.from([0x20]);

/** Static indexes of whole fields, by `name: value`, and of names. */
const FIELD_INDEX = new Map<string, number>();
const NAME_INDEX = new Map<string, number>();
for (let index = STATIC_TABLE.length - 1; index > 0; index--) {
  const [name, value] = STATIC_TABLE[index] as OutgoingField;
  if (value !== "") FIELD_INDEX.set(`${name}: ${value}`, index);
  NAME_INDEX.set(name, index);
}
/** Fields whose values no proxy on the way may keep in a table (RFC 7541, section 7.1.3). */
const SENSITIVE = new Set(["authorization", "cookie", "set-cookie", "proxy-authorization"]);

/**
 * Encodes header fields, pseudo-fields first.
 *
 * @throws TypeError naming a field whose name or value HTTP/2 forbids. Values are Latin-1 text.
 */
export function encodeHeaderBlock(fields: Iterable<OutgoingField>): HeaderBlock {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) {
    if (!isFieldName(name))
      throw new TypeError(`header name ${JSON.stringify(name)} is not allowed`);
    if (!isFieldValue(value) || !isLatin1(value)) {
      throw new TypeError(`the value of header ${name} has characters that are not allowed`);
    }
    const whole = FIELD_INDEX.get(`${name}: ${value}`);
    if (whole !== undefined) {
      parts.push(encodeInteger(0x80, 0x7f, whole));
      continue;
    }
    const index = NAME_INDEX.get(name) ?? 0;
    parts.push(encodeInteger(SENSITIVE.has(name) ? 0x10 : 0x00, 0x0f, index));
    if (index === 0) parts.push(...encodeString(name));
    parts.push(...encodeString(value));
  }
  return new HeaderBlock(headersFrame(Buffer.concat(parts)));
}

/**
 * Encodes a name for `HeaderBlock.plus`, as a literal that no table keeps.
 *
 * @throws TypeError for a name that HTTP/2 forbids
 */
export function encodeFieldName(name: string): Buffer {
  if (!isFieldName(name)) throw new TypeError(`header name ${JSON.stringify(name)} is not allowed`);
  return Buffer.concat([encodeInteger(0x00, 0x0f, 0), ...encodeString(name)]);
}

/** A HEADERS frame with END_HEADERS, for stream 0. @param block the encoded fields */
function headersFrame(block: Buffer): Buffer {
  const frame = Buffer.allocUnsafeSlow(FRAME_HEADER_SIZE + block.length);
  writeSize(frame, block.length);
  frame[3] = FrameType.HEADERS;
  frame[4] = Flag.END_HEADERS;
  frame.writeUInt32BE(0, 5);
  block.copy(frame, FRAME_HEADER_SIZE);
  return frame;
}

function writeSize(frame: Buffer, size: number): void {
  frame[0] = size >>> 16;
  frame[1] = size >>> 8;
  frame[2] = size;
}

function encodeString(text: string): [Buffer, Buffer] {
  return [encodeInteger(0x00, 0x7f, text.length), Buffer.from(text, "latin1")];
}

/** RFC 7541, section 5.1. */
function encodeInteger(pattern: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.from([pattern | value]);
  const bytes = [pattern | mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

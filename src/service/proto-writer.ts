/**
 * Writes protobuf's binary format (protobuf.dev/programming-guides/encoding) straight from values,
 * without a message between them. It writes what protobuf-es writes, byte for byte; a test compares.
 */
import type { Duration, Instant, JsonObject, JsonValue } from "../core/index.js";

const FIRST_ROOM = 64 * 1024;
/** A text of so many code units has a length, in UTF-8, that fits one byte. */
const SHORT_TEXT = 42;
const NANOS_PER_MICRO = 1000;
/** More than a length and a number within it take. */
const SCALAR_ROOM = 32;
/** What is kept between messages; only the answer to a large batch needs more. */
const MOST_ROOM_KEPT = 1024 * 1024;
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

/** One writer serves all messages, one after the other: `start`, the fields in order, `finish`. */
export class ProtoWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_ROOM);
  #at = 0;

  /** Begins a message. */
  start(): void {
    this.#at = 0;
  }

  /** Ends it: its bytes, behind `reserve` bytes that are the caller's to fill. */
  finish(reserve: number): Buffer {
    const message = Buffer.allocUnsafe(reserve + this.#at);
    this.#bytes.copy(message, reserve, 0, this.#at);
    if (this.#bytes.length > MOST_ROOM_KEPT) this.#bytes = Buffer.allocUnsafeSlow(FIRST_ROOM);
    return message;
  }

  /** A bool that is true. */
  true(field: number): void {
    this.#room(SCALAR_ROOM);
    this.#tag(field, VARINT);
    this.#bytes[this.#at++] = 1;
  }

  /** A string without presence: an empty one is not written. */
  string(field: number, text: string): void {
    if (text !== "") this.#text(field, text);
  }

  /** A string that is written even when it is empty, as in an entry of a map. */
  text(field: number, text: string): void {
    this.#text(field, text);
  }

  /** A whole number from 0 to 2^53, without presence. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.#room(SCALAR_ROOM);
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  /** A repeated string. */
  strings(field: number, texts: readonly string[]): void {
    for (let i = 0; i < texts.length; i++) this.#text(field, texts[i] as string);
  }

  /** Fields that are in binary already. */
  fields(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Bytes, written as hexadecimal digits, at most 254 of them, that are written even when they are none. */
  hex(field: number, digits: string): void {
    this.#room(SCALAR_ROOM + digits.length);
    this.#tag(field, LENGTH);
    const start = this.#at++;
    this.#at += this.#bytes.write(digits, this.#at, "hex");
    this.#bytes[start] = this.#at - start - 1;
  }

  /** A `google.protobuf.Timestamp`. */
  timestamp(field: number, { seconds, micros }: Instant): void {
    this.#secondsAndNanos(field, seconds, micros);
  }

  /** A `google.protobuf.Duration` that is not negative. */
  duration(field: number, { seconds, micros }: Duration): void {
    this.#secondsAndNanos(field, seconds, micros);
  }

  /** A `google.protobuf.Struct`. */
  struct(field: number, value: JsonObject): void {
    const start = this.open(field);
    for (const name of Object.keys(value)) {
      const entry = this.open(1);
      this.#text(1, name);
      this.#value(2, value[name] as JsonValue);
      this.close(entry);
    }
    this.close(start);
  }

  /** Begins a message within the message. What is given back is for `close`. */
  open(field: number): number {
    this.#room(SCALAR_ROOM);
    this.#tag(field, LENGTH);
    return this.#at++;
  }

  /** Ends the message that `open` began. */
  close(start: number): void {
    const length = this.#at - start - 1;
    if (length < 0x80) {
      this.#bytes[start] = length;
      return;
    }
    // One byte was kept for the length; a longer one pushes the content on.
    this.#room(SCALAR_ROOM);
    const end = this.#at;
    this.#at = start;
    this.#varintOver(length, end);
  }

  #value(field: number, value: JsonValue): void {
    const start = this.open(field);
    if (typeof value === "string") this.#text(3, value);
    else if (typeof value === "number") this.#double(2, value);
    else if (typeof value === "boolean") {
      this.#tag(4, VARINT);
      this.#bytes[this.#at++] = value ? 1 : 0;
    } else if (value === null) {
      this.#tag(1, VARINT);
      this.#bytes[this.#at++] = 0;
    } else if (Array.isArray(value)) {
      const list = this.open(6);
      for (const item of value) this.#value(1, item);
      this.close(list);
    } else this.struct(5, value as JsonObject);
    this.close(start);
  }

  #text(field: number, text: string): void {
    const { length } = text;
    this.#room(3 * length + 16);
    this.#tag(field, LENGTH);
    if (length > SHORT_TEXT) {
      const size = Buffer.byteLength(text);
      this.#varint(size);
      this.#bytes.write(text, this.#at, "utf8");
      this.#at += size;
      return;
    }
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        bytes[this.#at] = bytes.write(text, start, "utf8");
        this.#at = start + (bytes[this.#at] as number);
        return;
      }
      bytes[start + i] = code;
    }
    bytes[this.#at] = length;
    this.#at = start + length;
  }

  #double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** At most 18 bytes, so that one byte tells their length. */
  #secondsAndNanos(field: number, seconds: number, micros: number): void {
    this.#room(SCALAR_ROOM);
    this.#tag(field, LENGTH);
    const start = this.#at++;
    if (seconds !== 0) {
      this.#tag(1, VARINT);
      if (seconds > 0) this.#varint(seconds);
      else this.#negative(seconds);
    }
    if (micros > 0) {
      this.#tag(2, VARINT);
      this.#varint(micros * NANOS_PER_MICRO);
    }
    this.#bytes[start] = this.#at - start - 1;
  }

  /** Fields 1 to 15. */
  #tag(field: number, type: number): void {
    this.#bytes[this.#at++] = (field << 3) | type;
  }

  /** A whole number from 0 to 2^53. */
  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** Sixty-four bits in two's complement. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  /** Writes a length in place of the one byte kept for it, and moves the content up to `end`. */
  #varintOver(length: number, end: number): void {
    const start = this.#at;
    const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : 3;
    this.#bytes.copyWithin(start + 1 + more, start + 1, end);
    this.#varint(length);
    this.#at = end + more;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#at + length));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

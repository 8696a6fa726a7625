/** The bytes of HTTP/2: frames and HPACK's strings. */

/** How long a frame's head is, and where in it the stream is named. */
export const HEAD_LENGTH = 9;
/** See `HEAD_LENGTH`. */
export const STREAM_OFFSET = 5;

/** The largest value of an integer's first seven bits, which says that more octets follow. */
const PREFIX = 127;

/** A frame, RFC 9113, section 4.1. */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_LENGTH + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, STREAM_OFFSET);
  payload.copy(bytes, HEAD_LENGTH);
  return bytes;
}

/** Four bytes, big endian. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

/** A string as it is, RFC 7541, section 5.2, with its length as an integer of section 5.1. */
export function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const length: number[] = [Math.min(bytes.length, PREFIX)];
  if (bytes.length >= PREFIX) {
    let rest = bytes.length - PREFIX;
    for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

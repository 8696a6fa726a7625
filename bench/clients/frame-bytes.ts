/** The bytes of HTTP/2: frames and HPACK's strings. */

/** How long a frame's head is, and where in it the stream is named. */
export const HEAD_LENGTH = 9;
/** See `HEAD_LENGTH`. */
export const STREAM_OFFSET = 5;

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

/** A string as it is, RFC 7541, section 5.2: below 127 bytes, whose length fits one. */
export function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length >= 127) throw new Error("a header that is longer than 126 bytes");
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

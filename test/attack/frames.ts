/** Frames of HTTP/2 (RFC 9113, section 6) as bytes, so that an attack may send what no client would. */

/** What every connection starts with. */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** Types of frames. */
export const TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
/** Flags of frames; ACK and END_STREAM are the same bit of different types. */
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;

/** One frame. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A payload that is one 32-bit number: WINDOW_UPDATE, RST_STREAM. */
export function number32(value: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value);
  return payload;
}

/** SETTINGS with one entry. */
export function setting(id: number, value: number): Buffer {
  const payload = Buffer.alloc(6);
  payload.writeUInt16BE(id);
  payload.writeUInt32BE(value, 2);
  return frame(TYPE.settings, 0, 0, payload);
}

/** A header block: literals that are neither indexed nor compressed (RFC 7541, section 6.2.2). */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const fields = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.from([0]),
    literal(name),
    literal(value),
  ]);
  return Buffer.concat(fields);
}

/** A text with its length as an integer of a 7-bit prefix (RFC 7541, section 5). */
function literal(text: string): Buffer {
  const bytes = [];
  let rest = text.length;
  if (rest < 127) {
    bytes.push(rest);
  } else {
    bytes.push(127);
    for (rest -= 127; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest);
  }
  return Buffer.concat([Buffer.from(bytes), Buffer.from(text, "latin1")]);
}

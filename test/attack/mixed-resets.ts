import { type Attack, callHeaders } from "./attack.js";
import { FLAG, frame, TYPE } from "./frames.js";

const EMPTY_MESSAGE = Buffer.alloc(5);
const AT_ONCE = 20;
/** A value that ends with a blank (RFC 9113, section 8.2.1). */
const MALFORMED = { x: "a " };

/**
 * Calls to answer, and calls to reset, in one packet: a reset in the middle of reading sends what is queued, and calls
 * end that the read is not done with.
 */
export const mixedResets: Attack = {
  name: "resets among calls",
  connections: 2,
  async run(connection) {
    await connection.begin();
    for (let stream = 1; connection.going; stream += 4 * AT_ONCE) {
      const frames = [];
      for (let i = 0; i < AT_ONCE; i++) {
        const id = stream + 4 * i;
        frames.push(callHeaders(id), frame(TYPE.data, FLAG.endStream, id, EMPTY_MESSAGE));
        frames.push(callHeaders(id + 2, true, MALFORMED));
      }
      await connection.write(Buffer.concat(frames), frames.length);
    }
  },
};

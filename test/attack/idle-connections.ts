import type { Attack } from "./attack.js";

/** Connections that say nothing. */
export const silentConnections: Attack = {
  name: "silent connections",
  connections: 500,
  run: (connection) => connection.waitForEnd(),
};

/** Connections that begin HTTP/2 and ask for nothing. */
export const idleSessions: Attack = {
  name: "idle sessions",
  connections: 500,
  async run(connection) {
    await connection.begin();
    await connection.waitForEnd();
  },
};

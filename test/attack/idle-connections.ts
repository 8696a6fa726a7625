import type { Attack } from "./attack.js";
import { PREFACE } from "./frames.js";

/** Connections that say nothing. */
export const silentConnections: Attack = {
  name: "silent connections",
  connections: 500,
  beforeTls: true,
  run: (connection) => connection.waitForEnd(),
};

/** Connections that begin HTTP/2 and do not go on. */
export const idleSessions: Attack = {
  name: "prefaces without SETTINGS",
  connections: 500,
  async run(connection) {
    await connection.write(PREFACE, 0);
    await connection.waitForEnd();
  },
};

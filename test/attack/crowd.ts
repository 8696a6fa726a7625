import type { Attack } from "./attack.js";

/** More connections than a process with few files may have, each of which has begun HTTP/2. */
export const crowd: Attack = {
  name: "more connections than files",
  connections: 400,
  server: "few files",
  async run(connection) {
    await connection.begin();
    await connection.waitForEnd();
  },
};

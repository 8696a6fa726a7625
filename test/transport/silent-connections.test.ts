/** What is noted of connections whose handshake of TLS is under way goes with them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { it } from "node:test";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SilentConnections } from "../../src/transport/silent-connections.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const MANY = 20_000;

it("connections that closed during the handshake take no memory", () => {
  const silent = new SilentConnections(true);
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (let remotePort = 0; remotePort < MANY; remotePort++) {
    const raw = { remotePort, remoteAddress: "127.0.0.1" } as Socket;
    silent.accepted(raw, 0);
    silent.closed(raw);
  }
  const kept = (used() - before) / MANY;
  assert.ok(kept < 50, `${kept} octets a connection`);
  silent.close(0);
});

it("the end of a connection leaves a newer one of the same addresses alone", () => {
  const silent = new SilentConnections(true);
  const [older, newer] = [fakeSocket(), fakeSocket()];
  silent.accepted(older, 0);
  silent.accepted(newer, 0);
  silent.closed(older);
  silent.secured({ remotePort: 1, bytesRead: 1 } as Socket, 0);
  silent.close(60_000);
});

it("a handshake that goes on is no silence, however old its connection, and its end leaves time for a request", async (t) => {
  const silent = new SilentConnections(true);
  const server = createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY });
  t.after(() => server.close());
  server.on("connection", (socket) => silent.accepted(socket, 0));
  const accepted = once(server, "connection");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const line = new SlowLine((server.address() as AddressInfo).port);
  t.after(() => line.destroy());
  const client = connectTls({ socket: line, rejectUnauthorized: false });
  const [raw] = (await accepted) as [Socket];
  // The server has read the first part of the handshake, and waits for the rest.
  await line.answered;
  silent.close(5_000);
  silent.close(5_999);
  assert.equal(raw.destroyed, false);
  const secured = once(server, "secureConnection");
  line.goOn();
  await once(client, "secureConnect");
  const [plain] = (await secured) as [Socket];
  silent.secured(plain, 7_000);
  silent.close(7_999);
  assert.equal(raw.destroyed, false);
  silent.close(8_000);
  assert.equal(raw.destroyed, true);
});

it("a handshake that does not go on for a second is silence", () => {
  const silent = new SilentConnections(true);
  let closed = false;
  const destroy = () => {
    closed = true;
  };
  silent.accepted({ remotePort: 1, bytesRead: 100, destroy } as unknown as Socket, 0);
  silent.close(500);
  silent.close(1_499);
  assert.equal(closed, false);
  silent.close(1_500);
  assert.equal(closed, true);
});

/** A connection whose client sees what comes only once it may go on. */
class SlowLine extends Duplex {
  readonly #socket: Socket;
  /** When something has come. */
  readonly answered: Promise<unknown>;

  constructor(port: number) {
    super();
    this.#socket = connect(port, "127.0.0.1");
    this.answered = once(this.#socket, "readable");
  }

  goOn(): void {
    this.#socket.on("data", (chunk) => this.push(chunk));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/** As much of a socket as is looked at; nobody may close it. */
function fakeSocket(): Socket {
  return { remotePort: 1, destroy: assert.fail } as unknown as Socket;
}

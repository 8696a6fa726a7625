/** A listener keeps nothing of a connection that has closed. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, it, mock } from "node:test";
import { connect as connectTls } from "node:tls";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { createListener, type Listener } from "../../src/transport/listener.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** How long to wait for what is not forgotten. */
const LONGEST = { timeout: 60_000 };
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/** Each socket that a server of this process accepts: with TLS the raw one. */
let accepted: WeakRef<Socket>[];
const note = (message: unknown) =>
  accepted.push(new WeakRef((message as { socket: Socket }).socket));

let listener: Listener;

beforeEach(() => {
  accepted = [];
  subscribe("net.server.socket", note);
});

afterEach(async () => {
  unsubscribe("net.server.socket", note);
  await listener.close(0);
});

for (const isTls of [false, true]) {
  it(
    `forgets those that have closed ${isTls ? "over TLS" : "in the clear"}`,
    LONGEST,
    async ({ signal }) => {
      const port = await start(isTls);
      for (const bytes of ["", REQUEST, PREFACE]) await use(port, isTls, bytes);
      await forgotten(3, signal);
    },
  );
}

it("forgets one that has closed during the handshake of TLS", LONGEST, async ({ signal }) => {
  const port = await start(true);
  await use(port, false, "");
  await forgotten(1, signal);
});

it(
  "forgets one that it has ended, without waiting for as long as its end may take",
  LONGEST,
  async ({ signal }) => {
    // Time stands still.
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const port = await start(false);
      for (const bytes of [REQUEST, PREFACE]) await use(port, false, bytes);
      await forgotten(2, signal);
    } finally {
      mock.timers.reset();
    }
  },
);

async function start(isTls: boolean): Promise<number> {
  listener = createListener({
    onStream: (stream) => stream.reset(0),
    onRequest: (_request, response) => response.end(),
    limits: DEFAULT_LIMITS,
    ...(isTls && { tls: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY } }),
  });
  const { port } = await listener.listen(0, "127.0.0.1");
  return port;
}

/** Opens a connection, sends over it, and closes it. */
async function use(port: number, isTls: boolean, bytes: string): Promise<void> {
  const client = isTls
    ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })
    : connect(port, "127.0.0.1");
  await once(client, isTls ? "secureConnect" : "connect");
  if (bytes) client.write(bytes, "latin1");
  client.end();
  client.resume();
  await once(client, "close");
}

/** Resolves once so many sockets have been accepted and are all garbage, or the test has been given up. */
async function forgotten(count: number, signal: AbortSignal): Promise<void> {
  const isKept = () => accepted.length < count || accepted.some((socket) => socket.deref());
  while (isKept() && !signal.aborted) {
    // A `WeakRef` that was looked at holds its target until the turn ends.
    await new Promise(setImmediate);
    collectGarbage();
  }
}

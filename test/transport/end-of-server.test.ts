/** What the end of a server does not wait for: connections without a request, and streams that nobody reads. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { Worker } from "node:worker_threads";
import { pino } from "pino";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { NO_REGISTER, type RevocationRegister } from "../../src/revocation/register.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { createServer, type Server, type ServerDeps } from "../../src/server/server.js";
import { SilentConnections } from "../../src/transport/silent-connections.js";
import { fixedManager } from "../support/fixed-manager.js";
import { tokenEntry } from "../support/revocation-entries.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

/** Longer than any test: what ends sooner has not ended by this. */
const EVER_MS = 600_000;
const PATIENT = {
  detectionTimeoutMs: EVER_MS,
  headersTimeoutMs: EVER_MS,
  requestTimeoutMs: EVER_MS,
  keepAliveTimeoutMs: EVER_MS,
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(deps: Partial<ServerDeps> = {}): Promise<{ server: Server; port: number }> {
  const logger = pino({ level: "silent" });
  const manager = await fixedManager();
  const server = createServer({ manager, logger, callers: ANYONE, limits: PATIENT, ...deps });
  const { port } = await server.listen(0, "127.0.0.1");
  return { server, port };
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  closing.push(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Waits until the server has accepted all that were connected before: it accepts in order. */
async function accepted(port: number, tls = false): Promise<void> {
  const socket = tls
    ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })
    : await open(port);
  socket.write("GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  socket.resume();
  await once(socket, "close");
}

/** The PROXY protocol's header, version 2, of a client at 203.0.113.9. */
const PROXY_HEADER = Buffer.from("0d0a0d0a000d0a515549540a2111000ccb007109c0a80001d4311f90", "hex");

/** As `accepted`; what was sent before has been read too. */
async function acceptedBehindHeader(port: number): Promise<void> {
  const socket = await open(port);
  socket.write(PROXY_HEADER);
  socket.write("GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  await once(socket.resume(), "close");
}

/**
 * A client in a thread of its own: over one connection it makes a call, and another when it is told to; `stage` becomes 1
 * once that is sent.
 */
const CLIENT_THREAD = `
const { workerData, parentPort } = require("node:worker_threads");
const { connect } = require("node:net");
const stage = new Int32Array(workerData.stage);
const request = "POST /securetoken.v1.TokenService/ExportConfig HTTP/1.1\\r\\nHost: localhost\\r\\n" +
  "Content-Type: application/json\\r\\nContent-Length: 2\\r\\n\\r\\n{}";
const socket = connect(workerData.port, "127.0.0.1");
let text = "";
socket.on("data", (chunk) => { text += chunk; if (text.includes("}")) parentPort.postMessage("answered"); });
socket.on("error", () => {});
socket.on("close", () => parentPort.postMessage({ closedAfter: text }));
socket.write(request);
parentPort.once("message", () => {
  text = "";
  socket.write(request, () => { Atomics.store(stage, 0, 1); Atomics.notify(stage, 0); });
});
`;

/**
 * A client in a thread of its own that connects and makes a call once `stage` is 1, which becomes 2 once that is sent,
 * and tells what it was answered.
 */
const NEW_CLIENT_THREAD = `
const { workerData, parentPort } = require("node:worker_threads");
const { connect } = require("node:net");
const stage = new Int32Array(workerData.stage);
parentPort.postMessage("ready");
Atomics.wait(stage, 0, 0);
const socket = connect(workerData.port, "127.0.0.1");
let text = "";
socket.on("data", (chunk) => { text += chunk; });
socket.on("error", () => {});
socket.on("close", () => parentPort.postMessage(text));
socket.write("POST /securetoken.v1.TokenService/ExportConfig HTTP/1.1\\r\\nHost: localhost\\r\\n" +
  "Content-Type: application/json\\r\\nContent-Length: 2\\r\\n\\r\\n{}",
  () => { Atomics.store(stage, 0, 2); Atomics.notify(stage, 0); });
`;

describe("the end of a server", () => {
  it("answers what has come while its process was kept waiting", async () => {
    const { server, port } = await start();
    const stage = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { port, stage: stage.buffer };
    const client = new Worker(CLIENT_THREAD, { eval: true, workerData });
    closing.push(() => client.terminate());
    await once(client, "message");
    const closed = server.close(EVER_MS);
    client.postMessage("again");
    // Nothing of this thread runs until the request has been sent, and the connection looks unused for long.
    Atomics.wait(stage, 0, 0);
    Atomics.wait(stage, 0, 1, 2_500);
    const messages: unknown[] = [];
    client.on("message", (message) => messages.push(message));
    await closed;
    while (typeof messages.at(-1) !== "object") await once(client, "message");
    assert.match((messages.at(-1) as { closedAfter: string }).closedAfter, /^HTTP\/1\.1 200 /);
  });

  it("does not wait for a connection over which nothing has come", async () => {
    const { server, port } = await start();
    const silent = await open(port);
    await accepted(port);
    const gone = once(silent.resume(), "close");
    assert.equal(await server.close(EVER_MS), 0);
    await gone;
  });

  it("does not wait for a connection of which a proxy has said no more than whose it is", async () => {
    const { server, port } = await start({ trustedProxies: ["127.0.0.1"], proxyHeaders: true });
    const silent = await open(port);
    silent.write(PROXY_HEADER);
    await acceptedBehindHeader(port);
    const gone = once(silent.resume(), "close");
    assert.equal(await server.close(EVER_MS), 0);
    await gone;
  });

  it("waits for a request of which a part has come behind a PROXY header", async () => {
    const { server, port } = await start({ trustedProxies: ["127.0.0.1"], proxyHeaders: true });
    const [silent, speaking] = [await open(port), await open(port)];
    silent.write(PROXY_HEADER);
    speaking.write(Buffer.concat([PROXY_HEADER, Buffer.from("GET /nothing HTTP/1.1\r\nHo")]));
    await acceptedBehindHeader(port);
    const closed = server.close(EVER_MS);
    await once(silent.resume(), "close");
    speaking.write("st: localhost\r\n\r\n");
    const [answer] = await once(speaking, "data");
    assert.match(String(answer), /^HTTP\/1\.1 404 /);
    assert.equal(await closed, 0);
  });

  it("does not wait for a connection that agreed on HTTP/1.1 over TLS and says nothing", async () => {
    const tls = { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY };
    const { server, port } = await start({ tls });
    const silent = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    silent.on("error", () => {});
    await once(silent, "secureConnect");
    await accepted(port, true);
    const gone = once(silent.resume(), "close");
    assert.equal(await server.close(EVER_MS), 0);
    await gone;
  });

  it("answers what was sent over connections that were not accepted yet", async () => {
    const { server, port } = await start();
    const answers = Array.from({ length: 20 }, async () => {
      const socket = connect(port, "127.0.0.1");
      socket.write("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const [answer] = await once(socket, "data");
      return String(answer).split("\r\n")[0];
    });
    // All are connected then, and none is accepted.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const closed = server.close(EVER_MS);
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(["HTTP/1.1 404 Not Found"]));
    assert.equal(await closed, 0);
  });

  it("reads what comes over open connections behind its accepting: the answer says that it is the last", async () => {
    const { server, port } = await start();
    const socket = await open(port);
    const request = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.write(request);
    const [first] = await once(socket, "data");
    assert.doesNotMatch(String(first), /^connection: close/im);
    socket.write(request);
    const closed = server.close(EVER_MS);
    const [second] = await once(socket, "data");
    assert.match(String(second), /^connection: close/im);
    await closed;
  });

  for (const turn of [0, 1]) {
    it(`answers what is sent over a connection that comes while turn ${turn} of its end works for long`, async () => {
      const { server, port } = await start();
      const stage = new Int32Array(new SharedArrayBuffer(4));
      const client = new Worker(NEW_CLIENT_THREAD, {
        eval: true,
        workerData: { port, stage: stage.buffer },
      });
      closing.push(() => client.terminate());
      await once(client, "message");
      const ended = once(client, "message");
      const work = (turnsLeft: number) =>
        setImmediate(() => {
          if (turnsLeft > 0) {
            work(turnsLeft - 1);
            return;
          }
          // Nothing of this thread runs until the client is connected and has sent its request.
          Atomics.store(stage, 0, 1);
          Atomics.notify(stage, 0);
          Atomics.wait(stage, 0, 1, 2_500);
        });
      // Before what the server has run in the same turn.
      work(turn);
      const closed = server.close(EVER_MS);
      const [answer] = await ended;
      assert.match(String(answer), /^HTTP\/1\.1 200 /);
      await closed;
    });
  }

  for (const tls of [undefined, { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }]) {
    it(`waits for a request of which a part has come, ${tls ? "TLS" : "in the clear"}`, async () => {
      const { server, port } = await start({ tls });
      const silent = await open(port);
      const speaking = tls
        ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })
        : await open(port);
      speaking.write("GET /nothing HTTP/1.1\r\nHo");
      await accepted(port, tls !== undefined);
      const closed = server.close(EVER_MS);
      // By then the server has looked for silent ones, at an age that both have.
      await once(silent.resume(), "close");
      speaking.write("st: localhost\r\n\r\n");
      const [answer] = await once(speaking, "data");
      assert.match(String(answer), /^HTTP\/1\.1 404 /);
      assert.equal(await closed, 0);
    });
  }

  for (const type of ["application/grpc-web+proto", "application/connect+proto"]) {
    it(`does not wait for a stream of ${type} that nobody reads`, async () => {
      let isFull: () => void = () => {};
      const full = new Promise<void>((resolve) => {
        isFull = resolve;
      });
      const { server, port } = await start({ register: endlessRegister(() => isFull()) });
      const response = await startStream(port, type);
      response.pause();
      await full;
      assert.equal(await server.close(EVER_MS), 0);
    });

    it(`does not wait for a request of ${type} that never ends`, async () => {
      const { server, port } = await start({ register: endlessRegister(() => {}) });
      const request = httpRequest({
        port,
        method: "POST",
        path: `/${TokenService.typeName}/WatchRevocations`,
        headers: { "content-type": type },
      });
      closing.push(() => request.destroy());
      request.on("error", () => {});
      request.write(Buffer.alloc(2));
      await accepted(port);
      assert.equal(await server.close(EVER_MS), 0);
    });

    it(`does not wait for a request of ${type} that comes after the signal and never ends`, async () => {
      const { server, port } = await start({ register: endlessRegister(() => {}) });
      const socket = await open(port);
      socket.write(`POST /${TokenService.typeName}/WatchRevocations HTTP/1.1\r\nHo`);
      await accepted(port);
      const closed = server.close(EVER_MS);
      // All that is open is told of the end in the next turn.
      for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
      socket.write(`st: a\r\nContent-Type: ${type}\r\nContent-Length: 10\r\n\r\n12`);
      assert.match(await text(socket), /grpc-status: ?14|"unavailable"/);
      assert.equal(await closed, 0);
    });
  }
});

describe("connections without a request", () => {
  it("are closed when they are a second old, during the handshake of TLS too", () => {
    const silent = new SilentConnections(true);
    const [handshake, secured, speaking] = [1, 2, 3].map(fakeSocket) as [Fake, Fake, Fake];
    for (const { socket } of [handshake, secured, speaking]) silent.accepted(socket, 0);
    silent.secured(fakeSocket(2).socket, 0);
    silent.secured(Object.assign(fakeSocket(3).socket, { bytesRead: 1 }), 0);
    silent.close(999);
    assert.deepEqual([handshake.closed, secured.closed, speaking.closed], [false, false, false]);
    silent.close(1_000);
    assert.deepEqual([handshake.closed, secured.closed, speaking.closed], [true, true, false]);
  });
});

interface Fake {
  readonly socket: Socket;
  closed: boolean;
}

/** As much of a socket as is looked at. */
function fakeSocket(remotePort: number): Fake {
  const socket = {
    remotePort,
    bytesRead: 0,
    once: () => {},
    destroy: () => {
      fake.closed = true;
    },
  };
  const fake: Fake = { socket: socket as unknown as Socket, closed: false };
  return fake;
}

/** A register whose feed always has more; tells when a watcher has stopped to take it. */
function endlessRegister(onFull: () => void): RevocationRegister {
  const revocations = Array.from({ length: 1_000 }, (_, i) => tokenEntry(`t${i}`));
  const event = { kind: "CHANGES" as const, revocations };
  return {
    ...NO_REGISTER,
    isEnabled: true,
    watch() {
      let timer: NodeJS.Timeout | undefined;
      return {
        next() {
          clearTimeout(timer);
          timer = setTimeout(onFull, 200);
          return event;
        },
        close: () => clearTimeout(timer),
      };
    },
  };
}

/** Begins to watch over HTTP/1.1; resolves with an answer that nothing has been read of. */
function startStream(port: number, type: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        port,
        method: "POST",
        path: `/${TokenService.typeName}/WatchRevocations`,
        headers: { "content-type": type },
      },
      resolve,
    );
    closing.push(() => request.destroy());
    request.on("error", reject);
    request.end(Buffer.alloc(5));
  });
}

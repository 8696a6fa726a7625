/** What an HTTP/1.1 connection may leave unread, and how it ends. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { type ConnectionLimits, DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { type ConnectionCut, createListener } from "../../src/transport/listener.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

const MIB = 1024 * 1024;
/** Longer than any test. */
const EVER_MS = 600_000;
const BODY = Buffer.alloc(64 * 1024);

async function listen() {
  const cuts: ConnectionCut[] = [];
  let served = 0;
  const listener = createListener({
    onStream: (stream) => stream.reset(0),
    onRequest(_, response) {
      served++;
      response.end(BODY);
    },
    limits: DEFAULT_LIMITS,
    onCut: (cut) => cuts.push(cut),
  });
  const { port } = await listener.listen(0, "127.0.0.1");
  return { listener, cuts, port, served: () => served };
}

describe("an HTTP/1.1 connection", () => {
  for (const isTls of [false, true]) {
    it(`that leaves an answer unread makes room where there is too much${isTls ? ", over TLS" : ""}`, async () => {
      const cuts: ConnectionCut[] = [];
      const events = new EventEmitter();
      const large = Buffer.alloc(48 * MIB);
      const listener = createListener({
        onStream: (stream) => stream.reset(0),
        onRequest: ({ url }, response) => response.end(url === "/large" ? large : "small"),
        limits: { ...DEFAULT_LIMITS, maxTotalUnreadBytes: 24 * MIB },
        onCut(cut) {
          cuts.push(cut);
          events.emit("cut");
        },
        ...(isTls && { tls: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY } }),
      });
      const { port } = await listener.listen(0, "127.0.0.1");
      const ask = (path: string) => {
        const to = { port, host: "127.0.0.1", rejectUnauthorized: false };
        const socket = isTls ? connectTls(to) : connect(to);
        socket.on("error", () => {});
        socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
        return socket;
      };
      const cut = once(events, "cut");
      const unread = [ask("/large").pause(), ask("/large").pause()];
      await cut;
      assert.match(await text(ask("/small")), /small$/);
      const reason = "answers read too slowly while there is no room";
      for (const each of cuts) assert.deepEqual(each, { peer: "127.0.0.1", reason });
      for (const socket of unread) socket.destroy();
      await listener.close(0);
    });
  }

  it("may send a body in thousands of tiny chunks, and in no more", async () => {
    const cuts: ConnectionCut[] = [];
    const listener = createListener({
      onStream: (stream) => stream.reset(0),
      onRequest(request, response) {
        const answer = (body: string) => response.end(`${body.length}`);
        // A body that is cut has no end.
        text(request).then(answer, () => {});
      },
      limits: DEFAULT_LIMITS,
      onCut: (cut) => cuts.push(cut),
    });
    const { port } = await listener.listen(0, "127.0.0.1");
    const send = (chunks: number) => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      const head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
      const body = "1\r\nx\r\n".repeat(chunks);
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${body}0\r\n\r\n`);
      return text(socket).catch(() => "");
    };
    assert.match(await send(2_000), /\r\n\r\n2000$/);
    assert.deepEqual(cuts, []);
    assert.equal(await send(50_000), "");
    assert.deepEqual(cuts, [{ peer: "127.0.0.1", reason: "a body in tiny pieces" }]);
    await listener.close(0);
  });

  it("that pipelines requests and reads nothing is cut, and named", async () => {
    const { listener, cuts, port, served } = await listen();
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2_000));
    for (let i = 0; i < 500 && cuts.length === 0; i++) await pause(10);
    assert.deepEqual(cuts, [{ peer: "127.0.0.1", reason: "answers that nobody reads" }]);
    assert.ok(served() <= DEFAULT_LIMITS.maxPipelined, `${served()} requests`);
    socket.destroy();
    await listener.close(0);
  });

  it("whose waiting requests hold more than 64 KiB of headers is cut, and one within that is not", async () => {
    const cuts: ConnectionCut[] = [];
    const held: ServerResponse[] = [];
    const events = new EventEmitter();
    const listener = createListener({
      onStream: (stream) => stream.reset(0),
      onRequest(_, response) {
        held.push(response);
        if (held.length === 5) events.emit("five");
      },
      limits: DEFAULT_LIMITS,
      onCut: (cut) => {
        cuts.push(cut);
        events.emit("cut");
      },
    });
    const { port } = await listener.listen(0, "127.0.0.1");
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    socket.resume();
    const request = `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(15_000)}\r\n\r\n`;
    // One is answered while four wait; what has been answered counts no more.
    for (let round = 0; round < 3; round++) {
      const five = once(events, "five");
      socket.write(request.repeat(5));
      await five;
      await Promise.all(
        held.splice(0).map((response) => {
          const closed = once(response, "close");
          response.end();
          return closed;
        }),
      );
    }
    assert.deepEqual(cuts, []);
    const cut = once(events, "cut");
    socket.write(request.repeat(6));
    await cut;
    assert.deepEqual(cuts, [{ peer: "127.0.0.1", reason: "answers that nobody reads" }]);
    socket.destroy();
    await listener.close(0);
  });

  it("that closes ends all the requests that it has pipelined", async () => {
    const closed: unknown[] = [];
    const allClosed = new EventEmitter();
    const listener = createListener({
      onStream: (stream) => stream.reset(0),
      onRequest(request, response) {
        response.once("close", () => {
          closed.push(request.url);
          if (closed.length === 3) allClosed.emit("closed");
        });
        if (request.url === "/3") socket.destroy();
      },
      limits: DEFAULT_LIMITS,
    });
    const { port } = await listener.listen(0, "127.0.0.1");
    const all = once(allClosed, "closed");
    const socket = connect(port, "127.0.0.1");
    for (const path of ["/1", "/2", "/3"]) socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await all;
    assert.deepEqual(closed.sort(), ["/1", "/2", "/3"]);
    await listener.close(0);
  });

  it("in use is told to end by the next answer of a listener that closes, and loses nothing", async () => {
    const { listener, port } = await listen();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = async () => {
      const call = request({ port, agent, host: "127.0.0.1" }).end();
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      answer.resume();
      await once(answer, "end");
      return answer.headers.connection;
    };
    assert.equal(await get(), "keep-alive");
    const closed = listener.close(60_000);
    await stopsListening(port);
    assert.equal(await get(), "close");
    // Without its last connection the listener ends long before it would cut anything off.
    assert.equal(await closed, 0);
    agent.destroy();
  });

  it("answers all that was pipelined before the end, and says so in the last answer", async () => {
    const { listener, client, port, open } = await listenHeld();
    client.send("/held/1", "/held/2");
    await open(2);
    const closed = listener.close(EVER_MS);
    await stopsListening(port);
    for (const answer of ["/held/1", "/held/2"]) client.finish(answer);
    assert.deepEqual(await client.answers(), ["/held/1 keep-alive", "/held/2 close"]);
    assert.equal(await closed, 0);
  });

  it("is not displaced by a crowd that connects to a listener that closes", async () => {
    const { listener, client, port, open } = await listenHeld({ maxConnections: 8 });
    client.send("/held/1");
    await open(1);
    // Younger ones are not displaced anyhow.
    await pause(1_100);
    const closed = listener.close(EVER_MS);
    const crowd = Array.from({ length: 20 }, () => connect(port, "127.0.0.1"));
    for (const socket of crowd) socket.on("error", () => {});
    await stopsListening(port);
    client.finish("/held/1");
    assert.deepEqual(await client.answers(), ["/held/1 close"]);
    for (const socket of crowd) socket.destroy();
    assert.equal(await closed, 0);
  });

  it("keeps an answer that waits for the one before it", async () => {
    const { listener, client, open } = await listenHeld();
    client.send("/held/1", "/2");
    await open(2);
    const closed = listener.close(EVER_MS);
    client.finish("/held/1");
    assert.deepEqual(await client.answers(), ["/held/1 keep-alive", "/2 keep-alive"]);
    assert.equal(await closed, 0);
  });

  it("serves nothing behind an answer that ends it", async () => {
    const { listener, client, port, served, open } = await listenHeld();
    client.send("/0");
    await open(1);
    const closed = listener.close(EVER_MS);
    await stopsListening(port);
    client.send("/1", "/2");
    assert.deepEqual(await client.answers(), ["/0 keep-alive", "/1 close"]);
    assert.deepEqual(served, ["/0", "/1"]);
    assert.equal(await closed, 0);
  });

  it("is not idle when a part of its next request has come", async () => {
    const { listener, client, port, open } = await listenHeld();
    const next = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    client.write(`GET /1 HTTP/1.1\r\nHost: a\r\n\r\n${next.slice(0, 10)}`);
    await open(1);
    const idle = connect(port, "127.0.0.1");
    idle.write("GET /idle HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(idle, "data");
    const closed = listener.close(EVER_MS);
    // By then the listener has closed what is idle.
    await once(idle.resume(), "close");
    client.write(next.slice(10));
    assert.deepEqual(await client.answers(), ["/1 keep-alive", "/2 close"]);
    assert.equal(await closed, 0);
  });

  it("that is idle is closed at the end, though another one leaves its answer unread", async () => {
    const listener = createListener({
      onStream: (stream) => stream.reset(0),
      // The second is more than what the system takes for a client that does not read.
      onRequest: ({ url }, response) => response.end(Buffer.alloc(url === "/long" ? 16 << 20 : 1)),
      limits: DEFAULT_LIMITS,
    });
    const { port } = await listener.listen(0, "127.0.0.1");
    const [idle, unread] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    idle.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    unread.write("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
    await Promise.all([once(idle, "data"), once(unread, "readable")]);
    const closed = listener.close(EVER_MS);
    await once(idle.resume(), "close");
    assert.equal(unread.closed, false);
    unread.destroy();
    assert.equal(await closed, 0);
  });
});

/** A listener that closes first accepts what is connected, and says goodbye then. */
async function stopsListening(port: number): Promise<void> {
  for (let isListening = true; isListening; ) {
    const socket = connect(port, "127.0.0.1");
    isListening = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
  }
}

/** A listener that answers `/held/…` when it is told to and everything else at once, and a connection to it. */
async function listenHeld(limits: Partial<ConnectionLimits> = {}) {
  const served: string[] = [];
  const held = new Map<string, ServerResponse>();
  const arrivals = new EventEmitter();
  const listener = createListener({
    onStream: (stream) => stream.reset(0),
    onRequest({ url = "" }, response) {
      served.push(url);
      if (url.startsWith("/held")) held.set(url, response);
      else response.end(url);
      arrivals.emit("request");
    },
    limits: {
      ...DEFAULT_LIMITS,
      headersTimeoutMs: EVER_MS,
      requestTimeoutMs: EVER_MS,
      ...limits,
    },
  });
  const { port } = await listener.listen(0, "127.0.0.1");
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  const ended = once(socket, "close");
  const client = {
    write: (text: string) => socket.write(text),
    send: (...paths: string[]) =>
      socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join("")),
    finish: (path: string) => held.get(path)?.end(path),
    /** Each answer's body, and what it says of the connection, once that has ended. */
    async answers() {
      await ended;
      const text = Buffer.concat(chunks).toString();
      const answers = text.matchAll(
        /^connection: (\S+)[\s\S]*?\r\n\r\n(\/[a-z\d/]*?)(?=HTTP|$)/gim,
      );
      return [...answers].map(([, connection, body]) => `${body} ${connection?.toLowerCase()}`);
    },
  };
  /** Waits until that many requests have come. */
  const open = async (count: number) => {
    while (served.length < count) await once(arrivals, "request");
  };
  return { listener, client, port, served, open };
}

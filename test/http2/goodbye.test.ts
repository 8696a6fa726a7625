/** How a connection ends: two-phase GOAWAY (RFC 9113, section 6.8), half-closed sockets, and its time limits. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, describe, it } from "node:test";
import tls from "node:tls";
import {
  encodeHeaderBlock,
  type Http2Connection,
  type ServerStream,
} from "../../src/http2/index.js";
import { PREFACE } from "../attack/frames.js";
import {
  type AnsweringOptions,
  type AnsweringServer,
  startAnsweringServer,
} from "./answering-server.js";
import { data, FLAG, frame, headers, RawClient, REQUEST, TYPE } from "./raw-client.js";

const HEAD = encodeHeaderBlock([[":status", "200"]]);
const SECOND = 1_000;
const LAST_POSSIBLE = 2 ** 31 - 1;

let server: AnsweringServer;
/** The server's clock, in milliseconds. */
let time = 0;
const start = async (options: AnsweringOptions = {}) => {
  time = 0;
  server = await startAnsweringServer({ now: () => time, ...options });
};
/** Lets time pass, and the server look at its connections. */
const pass = (ms: number) => {
  time += ms;
  for (const connection of [...server.http2.connections]) connection.look(time);
};
/** The last stream that the server's GOAWAYs named. */
const lastStreams = (client: RawClient) =>
  client.frames
    .filter(({ type }) => type === TYPE.goaway)
    .map(({ payload }) => payload.readUInt32BE(0));
/** How long the second GOAWAY waits behind the answer to the server's PING. */
const SETTLING = 250;
/** Answers the server's PING. */
const pong = frame(TYPE.ping, FLAG.ack, 0, Buffer.from("goodbye!"));

describe("GOAWAY", () => {
  afterEach(() => server.close());

  /** Answers the PING, and waits for the second GOAWAY. */
  const settle = async (client: RawClient) => {
    await client.outcome(pong);
    pass(SETTLING);
    await client.outcome();
  };

  it("refuses nothing at first, and names the last stream after a round trip and a pause", async () => {
    await start();
    const client = await RawClient.open(server.port);
    await client.outcome(headers(1));
    server.http2.goAway();
    assert.deepEqual(await client.outcome(), ["GOAWAY NO_ERROR", "PING"]);
    assert.deepEqual(lastStreams(client), [LAST_POSSIBLE]);
    // Opened before the client saw the GOAWAY: served.
    assert.deepEqual(await client.outcome(headers(3)), ["HEADERS 3", "DATA 3 7 end"]);
    assert.deepEqual(await client.outcome(pong), []);
    // Sent by one thread while another answered the PING: served.
    assert.deepEqual(await client.outcome(headers(5)), ["HEADERS 5", "DATA 5 7 end"]);
    pass(SETTLING - 1);
    assert.deepEqual(await client.outcome(), []);
    pass(1);
    assert.deepEqual(await client.outcome(), ["GOAWAY NO_ERROR", "end"]);
    assert.deepEqual(lastStreams(client), [5]);
    assert.deepEqual(server.cuts, []);
  });

  it("names the last stream after a second without an answer to its PING", async () => {
    await start();
    const client = await RawClient.open(server.port);
    server.http2.goAway();
    pass(SECOND - 1);
    assert.deepEqual(await client.outcome(), ["GOAWAY NO_ERROR", "PING"]);
    pass(1);
    assert.deepEqual(await client.outcome(), ["GOAWAY NO_ERROR", "end"]);
  });

  it("does not take another PING's answer for its own", async () => {
    await start();
    const client = await RawClient.open(server.port);
    server.http2.goAway();
    const other = frame(TYPE.ping, FLAG.ack, 0, Buffer.from("12345678"));
    assert.deepEqual(await client.outcome(other), ["GOAWAY NO_ERROR", "PING"]);
    pass(SETTLING);
    assert.deepEqual(await client.outcome(), []);
    client.close();
  });

  it("lets open streams finish, refuses later ones, and ends with the last", async () => {
    const streams: ServerStream[] = [];
    await start({ onStream: (stream) => streams.push(stream) });
    const client = await RawClient.open(server.port);
    await client.outcome(headers(1));
    server.http2.goAway();
    await settle(client);
    assert.deepEqual(lastStreams(client), [1]);
    assert.deepEqual(await client.outcome(headers(3)), ["RST_STREAM 3 REFUSED_STREAM"]);
    client.frames.length = 0;
    streams[0]?.respond(HEAD);
    await client.waitFor(() => false);
    assert.deepEqual(client.words(), ["HEADERS 1 end", "end"]);
  });

  it("takes no longer for the last streams than it may", async () => {
    const codes: unknown[] = [];
    await start({
      onStream(stream) {
        stream.handler = { onData() {}, onEnd() {}, onClose: (code) => codes.push(code) };
      },
      limits: { leaveTimeoutMs: 60 * SECOND },
    });
    const client = await RawClient.open(server.port);
    await client.outcome(headers(1));
    server.http2.goAway();
    await settle(client);
    pass(60 * SECOND - 1);
    assert.deepEqual(await client.outcome(), []);
    pass(1);
    assert.deepEqual(await client.outcome(), ["GOAWAY NO_ERROR", "end"]);
    assert.deepEqual(codes, [0]);
    assert.deepEqual(server.cuts, [], "a slow client is not at fault");
  });

  it("comes once, however often it is asked for", async () => {
    await start();
    const client = await RawClient.open(server.port);
    server.http2.goAway();
    server.http2.goAway();
    assert.deepEqual(await client.outcome(), ["GOAWAY NO_ERROR", "PING"]);
    client.close();
  });

  it("within a header block lets the block end", async () => {
    await start();
    const client = await RawClient.open(server.port);
    const whole = headers(1);
    const block = whole.subarray(9);
    await client.outcome(frame(TYPE.settings, 0, 0, Buffer.alloc(0)));
    client.frames.length = 0;
    client.send(frame(TYPE.headers, FLAG.endStream, 1, block.subarray(0, 3)));
    await served(() => [...server.http2.connections][0]?.socket.bytesRead ?? 0);
    server.http2.goAway();
    const rest = frame(TYPE.continuation, FLAG.endHeaders, 1, block.subarray(3));
    const outcome = await client.outcome(rest);
    assert.deepEqual(outcome, ["GOAWAY NO_ERROR", "PING", "HEADERS 1", "DATA 1 7 end"]);
    client.close();
  });
});

describe("time limits", () => {
  afterEach(() => server.close());
  const limits = {
    idleTimeoutMs: 100 * SECOND,
    prefaceTimeoutMs: 10 * SECOND,
    frameTimeoutMs: 5 * SECOND,
  };

  it("asks an idle connection to leave, whether it had calls or not", async () => {
    await start({ limits });
    const [silent, used] = [await RawClient.open(server.port), await RawClient.open(server.port)];
    await used.outcome(headers(1));
    pass(100 * SECOND);
    assert.deepEqual(await silent.outcome(), []);
    pass(1);
    assert.deepEqual(await silent.outcome(), ["GOAWAY NO_ERROR", "PING"]);
    // The first look saw that it had had a call.
    assert.deepEqual(await used.outcome(), []);
    pass(100 * SECOND);
    assert.deepEqual(await used.outcome(), ["GOAWAY NO_ERROR", "PING"]);
  });

  it("keeps a connection whose calls all end between two looks", async () => {
    await start({ limits });
    const client = await RawClient.open(server.port);
    for (let call = 0; call < 5; call++) {
      const outcome = await client.outcome(headers(2 * call + 1));
      assert.equal(outcome.length, 2);
      pass(60 * SECOND);
    }
    assert.deepEqual(await client.outcome(), []);
    client.close();
  });

  it("keeps a connection with an open stream", async () => {
    await start({ limits, onStream() {} });
    const client = await RawClient.open(server.port);
    await client.outcome(headers(1));
    pass(1_000 * SECOND);
    assert.deepEqual(await client.outcome(), []);
    client.close();
  });

  it("ends a connection that sends no preface, or half of one", async () => {
    await start({ limits });
    const clients = [await RawClient.connect(server.port), await RawClient.connect(server.port)];
    clients[1]?.send(PREFACE.subarray(0, 10));
    await served(() => server.http2.connections.size - 1);
    pass(10 * SECOND);
    pass(1);
    pass(SECOND);
    for (const client of clients) {
      await client.waitFor(() => false);
      assert.deepEqual(client.words().slice(-1), ["end"]);
    }
  });

  for (const [name, part] of [
    ["half a frame", headers(1).subarray(0, 20)],
    ["half a frame's header", headers(1).subarray(0, 5)],
    ["half a header block", frame(TYPE.headers, FLAG.endStream, 1, headers(1).subarray(9, 20))],
  ] as const) {
    it(`cuts a connection that leaves ${name}`, async () => {
      await start({ limits });
      const client = await RawClient.open(server.port);
      const [connection] = [...server.http2.connections];
      const before = connection?.socket.bytesRead ?? 0;
      client.send(part);
      await served(() => (connection?.socket.bytesRead ?? 0) - before);
      pass(0);
      pass(5 * SECOND);
      assert.deepEqual(server.cuts, []);
      pass(1);
      assert.deepEqual(server.cuts, ["a frame without an end"]);
      await client.waitFor(() => false);
      assert.deepEqual(client.words(), ["GOAWAY ENHANCE_YOUR_CALM", "end"]);
    });
  }

  it("keeps a connection whose frames arrive in pieces, as long as they arrive", async () => {
    await start({ limits });
    const client = await RawClient.open(server.port);
    const [connection] = [...server.http2.connections];
    const bytes = Buffer.concat(Array.from({ length: 10 }, (_, index) => headers(2 * index + 1)));
    for (let at = 0; at < bytes.length; at += 20) {
      const before = connection?.socket.bytesRead ?? 0;
      client.send(bytes.subarray(at, at + 20));
      await served(() => (connection?.socket.bytesRead ?? 0) - before);
      pass(SECOND);
    }
    assert.deepEqual(server.cuts, []);
    client.close();
  });

  describe("of answers", () => {
    let client: RawClient;
    let connection: Http2Connection;
    /** Has a client ask for more than the system takes, and read nothing. */
    const ask = async (minReadBytesPerSecond: number) => {
      await start({
        limits: {
          ...{ unreadTimeoutMs: 60 * SECOND, minReadBytesPerSecond },
          ...{ maxConcurrentStreams: 1_000, maxWaitingBytes: 2 ** 30 },
        },
        onStream: (stream) => stream.respond(HEAD, Buffer.alloc(200_000)),
      });
      client = await RawClient.open(server.port, windows);
      [connection] = [...server.http2.connections] as [Http2Connection];
      client.socket.pause();
      for (let call = 0; call < 300; call++) client.send(headers(2 * call + 1));
      await served(() => (connection.socket.isPaused() ? 1 : 0));
      pass(0);
    };
    /** Reads until the system takes more of the server. */
    const read = async () => {
      const { writer } = connection.outbound;
      const before = writer.sent;
      client.socket.resume();
      await served(() => writer.sent - before);
      client.socket.pause();
    };

    it("cut a connection that takes nothing", async () => {
      await ask(1_000);
      pass(60 * SECOND);
      assert.deepEqual(server.cuts, []);
      pass(1);
      assert.deepEqual(server.cuts, ["answers that nobody reads"]);
      client.close();
    });

    it("keep one that reads steadily, however long the system needs for what it has taken", async () => {
      await ask(100);
      for (let turn = 0; turn < 5; turn++) {
        pass(50 * SECOND);
        await read();
      }
      pass(0);
      assert.deepEqual(server.cuts, []);
      client.close();
    });

    it("cut one that reads far less than it asks for", async () => {
      await ask(2 ** 30);
      pass(50 * SECOND);
      await read();
      pass(50 * SECOND);
      assert.deepEqual(server.cuts, ["answers that nobody reads"]);
      client.close();
    });
  });
});

describe("sockets that the client half-closes", () => {
  afterEach(() => server.close());

  it("answers what was asked before, and ends", async () => {
    const streams: ServerStream[] = [];
    await start({ onStream: (stream) => streams.push(stream) });
    const client = await RawClient.open(server.port);
    client.socket.end(headers(1));
    await client.waitFor(({ type }) => type === TYPE.goaway);
    streams[0]?.respond(HEAD);
    await client.waitFor(({ stream }) => stream === 1);
    assert.ok(client.words().includes("HEADERS 1 end"));
  });

  it("ends at once where nothing is open, over TLS as well", async () => {
    await start({ tls: true });
    const socket = tls.connect({
      port: server.port,
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    });
    await once(socket, "secureConnect");
    socket.resume();
    socket.end(Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0))]));
    await once(socket, "close");
    await served(() => 1 - server.http2.connections.size);
  });

  it("closes the streams of a connection that breaks", async () => {
    const codes: unknown[] = [];
    await start({
      onStream(stream) {
        stream.handler = { onData() {}, onEnd() {}, onClose: (code) => codes.push(code) };
      },
    });
    const client = await RawClient.open(server.port);
    await client.outcome(headers(1, REQUEST, false), data(1, "a"));
    client.socket.resetAndDestroy();
    await served(() => codes.length);
    assert.deepEqual(codes, [8]);
    assert.deepEqual(server.errors, []);
  });
});

/** The largest window for streams, and a large one for the connection. */
const windows = Buffer.concat([
  frame(TYPE.settings, 0, 0, Buffer.from([0, 4, 0x7f, 0xff, 0xff, 0xff])),
  frame(TYPE.windowUpdate, 0, 0, Buffer.from([0x3f, 0xff, 0xff, 0xff])),
]);

/** Waits until a number is positive, a turn of the event loop at a time, and what was read is served. */
async function served(count: () => number): Promise<void> {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  while (count() <= 0) await turn();
  await turn();
}

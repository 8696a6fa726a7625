/** Windows in both directions (RFC 9113, sections 5.2 and 6.9), and what a peer may leave unread. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  encodeHeaderBlock,
  type Http2Connection,
  type ServerStream,
} from "../../src/http2/index.js";
import {
  type AnsweringOptions,
  type AnsweringServer,
  startAnsweringServer,
} from "./answering-server.js";
import {
  data,
  frame,
  headers,
  RawClient,
  REQUEST,
  reset,
  setting,
  TYPE,
  windowUpdate,
} from "./raw-client.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
/** Octets of all buffers that are in use. */
function arrayBuffers(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}

const HEAD = encodeHeaderBlock([[":status", "200"]]);
const TRAILERS = encodeHeaderBlock([["a", "b"]]);

let server: AnsweringServer;
const start = async (options: AnsweringOptions = {}) => {
  server = await startAnsweringServer(options);
};
/** Answers with so many octets. */
const answer = (size: number) => (stream: ServerStream) =>
  stream.respond(HEAD, Buffer.alloc(size), TRAILERS);

describe("windows towards the client", () => {
  afterEach(() => server.close());

  it("sends within the stream's window, and the trailers behind the last octet", async () => {
    await start({ onStream: answer(10) });
    const client = await RawClient.open(server.port, setting(4, 3));
    assert.deepEqual(await client.outcome(headers(1)), ["HEADERS 1", "DATA 1 3"]);
    assert.deepEqual(await client.outcome(windowUpdate(1, 6)), ["DATA 1 6"]);
    assert.deepEqual(await client.outcome(windowUpdate(1, 6)), ["DATA 1 1", "HEADERS 1 end"]);
    client.close();
  });

  it("ends an answer without trailers with its last octet", async () => {
    await start({ onStream: (stream) => stream.respond(HEAD, Buffer.alloc(10)) });
    const client = await RawClient.open(server.port, setting(4, 9));
    assert.deepEqual(await client.outcome(headers(1)), ["HEADERS 1", "DATA 1 9"]);
    assert.deepEqual(await client.outcome(windowUpdate(1, 6)), ["DATA 1 1 end"]);
    client.close();
  });

  it("sends headers and empty answers in a window of zero", async () => {
    await start({ onStream: (stream) => stream.respond(HEAD, undefined, TRAILERS) });
    const client = await RawClient.open(server.port, setting(4, 0));
    assert.deepEqual(await client.outcome(headers(1)), ["HEADERS 1", "HEADERS 1 end"]);
    client.close();
  });

  it("takes a window that SETTINGS make negative", async () => {
    await start({ onStream: answer(20) });
    const client = await RawClient.open(server.port, setting(4, 10));
    assert.deepEqual(await client.outcome(headers(1)), ["HEADERS 1", "DATA 1 10"]);
    assert.deepEqual(await client.outcome(setting(4, 2)), ["SETTINGS"]);
    // The window is -8 now.
    assert.deepEqual(await client.outcome(windowUpdate(1, 8)), []);
    assert.deepEqual(await client.outcome(windowUpdate(1, 1)), ["DATA 1 1"]);
    assert.deepEqual(await client.outcome(setting(4, 11)), [
      "SETTINGS",
      "DATA 1 9",
      "HEADERS 1 end",
    ]);
    client.close();
  });

  it("shares the connection's window out by the frame", async () => {
    await start({ onStream: answer(60_000) });
    const client = await RawClient.open(server.port);
    const first = await client.outcome(headers(1), headers(3), headers(5));
    const octets = (words: string[]) =>
      words.map((each) => Number(/^DATA \d+ (\d+)/.exec(each)?.[1] ?? 0)).reduce((a, b) => a + b);
    assert.equal(octets(first), 65_535);
    const second = await client.outcome(windowUpdate(0, 3 * 16_384));
    assert.deepEqual(second, ["DATA 3 16384", "DATA 5 16384", "DATA 3 16384"]);
    client.close();
  });

  it("ends a connection whose window grows above 2^31-1", async () => {
    await start();
    const client = await RawClient.open(server.port);
    const outcome = await client.outcome(windowUpdate(0, 2 ** 31 - 1));
    assert.deepEqual(outcome, ["GOAWAY FLOW_CONTROL_ERROR", "end"]);
    client.close();
  });

  it("resets a stream whose window grows above 2^31-1", async () => {
    await start({ onStream() {} });
    const client = await RawClient.open(server.port);
    const outcome = await client.outcome(headers(1), windowUpdate(1, 2 ** 31 - 1));
    assert.deepEqual(outcome, ["RST_STREAM 1 FLOW_CONTROL_ERROR"]);
    client.close();
  });

  it("ends a connection whose SETTINGS lift a stream's window above 2^31-1", async () => {
    await start({ onStream() {} });
    const client = await RawClient.open(server.port);
    const outcome = await client.outcome(
      headers(1),
      windowUpdate(1, 2 ** 31 - 1 - 65_535),
      setting(4, 65_536),
    );
    assert.deepEqual(outcome, ["GOAWAY FLOW_CONTROL_ERROR", "end"]);
    client.close();
  });

  it("refuses streams while answers wait for windows", async () => {
    await start({ onStream: answer(1_000), limits: { maxWaitingBytes: 2_500 } });
    const client = await RawClient.open(server.port, setting(4, 0));
    const outcome = await client.outcome(headers(1), headers(3), headers(5), headers(7));
    assert.deepEqual(outcome.slice(-1), ["RST_STREAM 7 REFUSED_STREAM"]);
    assert.deepEqual((await client.outcome(reset(1), headers(9))).slice(-1), ["HEADERS 9"]);
    client.close();
  });

  it("sends many small pieces in their order, whenever the window opens", async () => {
    const pieces = 1_000;
    await start({
      onStream(stream) {
        stream.sendHeaders(HEAD);
        for (let piece = 0; piece < pieces; piece++) stream.write(Buffer.from(`${piece};`));
        stream.end(TRAILERS);
      },
    });
    const client = await RawClient.open(server.port, setting(4, 7));
    client.send(headers(1));
    let text = "";
    for (let isOver = false; !isOver; client.send(windowUpdate(1, 101))) {
      await client.settle();
      isOver = client.words().includes("HEADERS 1 end");
      for (const { type, payload } of client.frames.splice(0)) {
        if (type === TYPE.data) text += payload;
      }
    }
    assert.equal(text, Array.from({ length: pieces }, (_, piece) => `${piece};`).join(""));
    client.close();
  });

  it("tells a handler when it may write again", async () => {
    const events: string[] = [];
    await start({
      onStream(stream) {
        stream.handler = {
          onData() {},
          onEnd() {
            stream.sendHeaders(HEAD);
            events.push(`write ${stream.write(Buffer.alloc(5))}`);
          },
          onClose: (code) => events.push(`close ${code}`),
          onDrain() {
            events.push("drain");
            stream.end(TRAILERS);
          },
        };
      },
    });
    const client = await RawClient.open(server.port, setting(4, 3));
    await client.outcome(headers(1));
    assert.deepEqual(events, ["write false"]);
    await client.outcome(windowUpdate(1, 1));
    assert.deepEqual(events, ["write false"]);
    assert.deepEqual(await client.outcome(windowUpdate(1, 1)), ["DATA 1 1", "HEADERS 1 end"]);
    assert.deepEqual(events, ["write false", "drain", "close undefined"]);
    client.close();
  });
});

describe("windows towards the server", () => {
  afterEach(() => server.close());

  it("opens a stream's window only for what was consumed", async () => {
    const streams: ServerStream[] = [];
    await start({
      onStream: (stream) => streams.push(stream),
      limits: { streamWindowBytes: 1_000 },
    });
    const client = await RawClient.open(server.port);
    assert.deepEqual(
      await client.outcome(headers(1, REQUEST, false), data(1, Buffer.alloc(1_000))),
      [],
    );
    streams[0]?.consume(400);
    assert.deepEqual(await client.outcome(), [], "less than half a window is not worth a frame");
    streams[0]?.consume(200);
    assert.deepEqual(await client.outcome(), ["WINDOW_UPDATE 1 +600"]);
    const outcome = await client.outcome(data(1, Buffer.alloc(601)));
    assert.deepEqual(outcome, ["RST_STREAM 1 FLOW_CONTROL_ERROR"]);
    client.close();
  });

  it("counts padding, and gives it back at once", async () => {
    await start({ onStream() {}, limits: { streamWindowBytes: 500 } });
    const client = await RawClient.open(server.port);
    const padded = frame(TYPE.data, 8, 1, Buffer.concat([Buffer.from([250]), Buffer.alloc(300)]));
    const outcome = await client.outcome(headers(1, REQUEST, false), padded);
    assert.deepEqual(outcome, ["WINDOW_UPDATE 1 +251"]);
    client.close();
  });

  it("counts DATA of streams that are over for the connection, and gives it back", async () => {
    await start({
      onStream: (stream) => stream.reset(8),
      limits: { connectionWindowBytes: 65_535 },
    });
    const client = await RawClient.open(server.port);
    const late = Array.from({ length: 8 }, () => data(1, Buffer.alloc(16_000)));
    const updates = async (...frames: Buffer[]) => {
      const outcome = await client.outcome(...frames);
      return outcome.filter((words) => words.startsWith("WINDOW_UPDATE"));
    };
    assert.deepEqual(await updates(headers(1, REQUEST, false), ...late.slice(0, 4)), [
      "WINDOW_UPDATE +48000",
    ]);
    assert.deepEqual(await updates(...late.slice(0, 2)), ["WINDOW_UPDATE +48000"]);
    client.close();
  });

  it("gives back what a stream had not consumed when it ends", async () => {
    await start({ onStream() {}, limits: { connectionWindowBytes: 65_535 } });
    const client = await RawClient.open(server.port);
    const body = [1, 2, 3].map(() => data(1, Buffer.alloc(16_000)));
    assert.deepEqual(await client.outcome(headers(1, REQUEST, false), ...body), []);
    assert.deepEqual(await client.outcome(reset(1)), ["WINDOW_UPDATE +48000"]);
    client.close();
  });

  it("ends a connection that sends beyond its window", async () => {
    await start({ onStream() {}, limits: { connectionWindowBytes: 65_535 } });
    const client = await RawClient.open(server.port);
    const body = (stream: number) => [
      headers(stream, REQUEST, false),
      ...[1, 2, 3].map(() => data(stream, Buffer.alloc(16_000))),
    ];
    const outcome = await client.outcome(...body(1), ...body(3));
    assert.deepEqual(outcome, ["GOAWAY FLOW_CONTROL_ERROR", "end"]);
    client.close();
  });
});

describe("answers that nobody reads", () => {
  afterEach(() => server.close());

  it("stops to read the connection, and goes on when its answers are taken", async () => {
    let served = 0;
    await start({
      onStream(stream) {
        served++;
        stream.respond(HEAD, Buffer.alloc(60_000), TRAILERS);
      },
      limits: { maxUnreadBytes: 100_000, maxConcurrentStreams: 2_000, maxWaitingBytes: 2 ** 30 },
    });
    const client = await RawClient.open(server.port, setting(4, 2 ** 31 - 1));
    client.send(windowUpdate(0, 2 ** 30));
    client.socket.pause();
    const calls = 400;
    for (let call = 0; call < calls; call++) {
      client.send(headers(2 * call + 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [connection] = [...server.http2.connections];
    assert.equal(connection?.socket.isPaused(), true);
    assert.ok(served < calls, `${served} calls served`);
    assert.ok((connection?.socket.writableLength ?? 0) < 100_000 + 66_000);
    client.socket.resume();
    await client.waitFor(
      ({ stream, flags, type }) => stream === 2 * calls - 1 && type === 1 && flags === 5,
    );
    assert.equal(served, calls);
    client.close();
  });

  it("keeps what waits behind a full socket in memory of its own", async () => {
    const calls = 500;
    let size = 1_000_000;
    let served = 0;
    await start({
      onStream(stream) {
        served++;
        stream.respond(HEAD, Buffer.alloc(size), TRAILERS);
      },
      limits: { maxUnreadBytes: 2 ** 30, maxConcurrentStreams: 1_000 },
    });
    const client = await RawClient.open(server.port, setting(4, 2 ** 31 - 1));
    client.send(windowUpdate(0, 2 ** 30));
    client.socket.pause();
    const [connection] = [...server.http2.connections] as [Http2Connection];
    let next = 1;
    const call = async () => {
      const before = served;
      client.send(headers(next));
      next += 2;
      while (served === before) await new Promise((resolve) => setImmediate(resolve));
    };
    while (connection.socket.writableLength === 0) await call();
    size = 10;
    await call();
    const before = arrayBuffers();
    for (let each = 0; each < calls; each++) await call();
    const perCall = (arrayBuffers() - before) / calls;
    assert.ok(perCall < 1_024, `${perCall} octets a call`);
    client.close();
  });

  describe("on all connections together", () => {
    let time = 0;
    const clients: RawClient[] = [];
    /** Lets time pass, and the server look at its connections. */
    const pass = (ms: number) => {
      time += ms;
      for (const connection of [...server.http2.connections]) connection.look(time);
    };
    const open = async () => {
      const client = await RawClient.open(server.port, setting(4, 0));
      clients.push(client);
      return client;
    };
    const begin = (maxTotalUnreadBytes: number) => {
      time = 0;
      return start({ now: () => time, onStream: answer(50_000), limits: { maxTotalUnreadBytes } });
    };
    /** The server looks by itself, every so often. */
    const cuts = async (count: number) => {
      while (server.cuts.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
      return server.cuts;
    };
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
    });

    it("costs those who read slowest, as soon as it is too much", async () => {
      await begin(400_000);
      // Each has had time enough, and holds 100,000 octets.
      const silent = [await open(), await open(), await open(), await open()];
      for (const client of silent) await client.outcome(headers(1), headers(3));
      // This one holds more, and has read more yet.
      const reader = await open();
      await reader.outcome(...[1, 3, 5, 7, 9, 11].map((id) => headers(id)));
      for (const id of [1, 3, 5]) {
        await reader.outcome(windowUpdate(id, 50_000), windowUpdate(0, 50_000));
      }
      assert.deepEqual(server.cuts, []);
      pass(20_000);
      await cuts(2);
      assert.equal(reader.ended, false);
      assert.deepEqual(await reader.outcome(headers(13)), ["HEADERS 13"]);
      await Promise.all(silent.map((client) => client.outcome()));
      assert.equal(silent.filter(({ ended }) => ended).length, 2);
    });

    it("leaves everyone time to read", async () => {
      await begin(100_000);
      const client = await open();
      await client.outcome(headers(1), headers(3), headers(5));
      pass(999);
      await new Promise((resolve) => setTimeout(resolve, 600));
      assert.deepEqual(server.cuts, []);
    });

    it("leaves nobody time at twice as much", async () => {
      await begin(90_000);
      const client = await open();
      const other = await open();
      await other.outcome(headers(1));
      await client.outcome(headers(1), headers(3), headers(5));
      await client.waitFor(() => false);
      assert.deepEqual(server.cuts, ["answers read too slowly while there is no room"]);
      assert.deepEqual(await other.outcome(headers(3)), ["HEADERS 3"]);
    });

    it("refuses nobody, and gives room back", async () => {
      await begin(150_000);
      const hoarder = await open();
      await hoarder.outcome(headers(1), headers(3));
      const other = await open();
      const asked = [headers(1), headers(3)];
      assert.deepEqual(await other.outcome(...asked), ["HEADERS 1", "HEADERS 3"]);
      hoarder.socket.resetAndDestroy();
      while (server.http2.connections.size > 1)
        await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(await other.outcome(headers(5)), ["HEADERS 5"]);
      assert.deepEqual(server.cuts, []);
    });
  });
});

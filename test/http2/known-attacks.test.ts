/** What other servers got wrong in their HTTP/2, by name. Each ends the connection, and none of them costs more. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { ErrorCode, encodeHeaderBlock, type ServerStream } from "../../src/http2/index.js";
import { PREFACE } from "../attack/frames.js";
import {
  type AnsweringOptions,
  type AnsweringServer,
  startAnsweringServer,
} from "./answering-server.js";
import {
  data,
  FLAG,
  frame,
  headerBlock,
  headers,
  number32,
  RawClient,
  REQUEST,
  reset,
  setting,
  TYPE,
  windowUpdate,
} from "./raw-client.js";

const CALM = "GOAWAY ENHANCE_YOUR_CALM";
const NOTHING = Buffer.alloc(0);
const HEAD = encodeHeaderBlock([[":status", "200"]]);
const FEW = { burst: 1, perSecond: 0, perStream: 0, perAnswerFrame: 0 };
/** A clock that stands still, so that budgets do not refill while a test runs. */
const now = () => 0;

let server: AnsweringServer;
const start = async (options: AnsweringOptions = {}) => {
  server = await startAnsweringServer({ now, ...options });
  return server;
};
/** Sends the same again and again in one write, and tells how the connection ended. */
async function flood(count: number, one: (index: number) => Buffer | Buffer[]) {
  const client = await RawClient.open(server.port);
  client.send(...Array.from({ length: count }, (_, index) => one(index)).flat());
  await client.settle();
  const { ended } = client;
  const goAway = client.words().findLast((words) => words.startsWith("GOAWAY"));
  client.close();
  return { ended, goAway };
}
/** A stream with each turn: 1, 3, 5. */
const id = (index: number) => 2 * index + 1;

describe("known attacks", () => {
  afterEach(() => server.close());

  for (const code of [ErrorCode.CANCEL, ErrorCode.NO_ERROR]) {
    it(`CVE-2023-44487, rapid reset, with code ${code}`, async () => {
      let opened = 0;
      let closed = 0;
      await start({
        onStream: (stream) => {
          opened++;
          stream.handler = { onData() {}, onEnd() {}, onClose: () => closed++ };
        },
      });
      const { goAway } = await flood(2_000, (index) => [
        headers(id(index)),
        reset(id(index), code),
      ]);
      assert.equal(goAway, CALM);
      assert.ok(opened <= 402, `${opened} streams`);
      assert.equal(closed, opened);
      assert.deepEqual(server.cuts, ["too many streams reset"]);
    });
  }

  it("rapid reset of one client does not cut the others of a proxy's connection", async () => {
    await start({ isShared: () => true, onStream() {} });
    const { ended } = await flood(2_000, (index) => [headers(id(index)), reset(id(index))]);
    assert.equal(ended, false);
    assert.deepEqual(server.cuts, []);
  });

  it("rapid reset cuts a proxy's connection in the end", async () => {
    await start({ isShared: () => true, onStream() {} });
    // More than its socket takes at once: the GOAWAY may be lost with the connection.
    const { ended } = await flood(21_000, (index) => [headers(id(index)), reset(id(index))]);
    assert.equal(ended, true);
    assert.deepEqual(server.cuts, ["too many streams reset"]);
  });

  it("rapid reset does not cut a client whose calls are answered", async () => {
    await start();
    const client = await RawClient.open(server.port);
    for (let call = 0; call < 2_000; call += 20) {
      for (let each = 0; each < 20; each++) client.send(headers(id(call + each)));
      await client.settle();
    }
    assert.equal(client.ended, false);
    client.close();
  });

  const provocations: [name: string, frames: (stream: number) => Buffer[]][] = [
    ["WINDOW_UPDATE of 0", (stream) => [windowUpdate(stream, 0)]],
    ["a window above 2^31-1", (stream) => [windowUpdate(stream, 2 ** 31 - 1)]],
    ["HEADERS behind the end", (stream) => [headers(stream, { a: "b" })]],
    ["DATA behind the end", (stream) => [data(stream, "a")]],
    ["PRIORITY of a wrong size", (stream) => [frame(2, 0, stream, Buffer.alloc(4))]],
    ["a stream that depends on itself", (stream) => [frame(2, 0, stream, self(stream))]],
  ];
  for (const [name, frames] of provocations) {
    it(`CVE-2025-8671, MadeYouReset, by ${name}`, async () => {
      let open = 0;
      let most = 0;
      await start({
        onStream: (stream) => {
          most = Math.max(most, ++open);
          stream.handler = { onData() {}, onEnd() {}, onClose: () => open-- };
        },
      });
      const { goAway } = await flood(1_000, (index) => [headers(id(index)), ...frames(id(index))]);
      assert.equal(goAway, CALM);
      assert.equal(open, 0);
      assert.equal(most, 1, "a stream that was reset is no longer served");
    });
  }

  it("gives back a share of a reset for each call that is answered", async () => {
    await start({
      limits: { resets: { burst: 10, perSecond: 0, perStream: 0.125, perAnswerFrame: 0 } },
    });
    const client = await RawClient.open(server.port);
    const bad = { ...REQUEST, te: "gzip" };
    let calls = 0;
    const call = (count: number, fields: Record<string, string>) =>
      Array.from({ length: count }, () => headers(id(calls++), fields));
    await client.outcome(...call(10, bad), ...call(40, REQUEST), ...call(5, bad));
    assert.equal(client.ended, false);
    assert.ok((await client.outcome(...call(1, bad))).includes(CALM));
  });

  it("does not count streams against a client that are refused because others fill the server", async () => {
    await start({ mayOpenStream: () => false });
    const client = await RawClient.open(server.port);
    const outcome = await client.outcome(
      ...Array.from({ length: 1_000 }, (_, index) => headers(id(index))),
    );
    assert.equal(outcome.filter((words) => words.endsWith("REFUSED_STREAM")).length, 1_000);
    client.close();
  });

  it("does not count streams against a client that cannot know yet how many there may be", async () => {
    await start({ limits: { maxConcurrentStreams: 10 }, onStream() {} });
    const client = await RawClient.connect(server.port);
    const burst = Array.from({ length: 1_000 }, (_, index) => id(index));
    client.send(
      PREFACE,
      frame(TYPE.settings, 0, 0, NOTHING),
      ...burst.map((each) => headers(each, REQUEST, false)),
      // What it sends before it has seen their resets is read as well.
      ...burst.map((each) => data(each, Buffer.alloc(700), true)),
    );
    await client.settle();
    const refused = client.words().filter((words) => words.endsWith("REFUSED_STREAM"));
    assert.equal(refused.length, 990);
    assert.equal(client.ended, false);
    const more = burst.slice(0, 500).map((each) => headers(2_000 + each));
    const outcome = await client.outcome(frame(TYPE.settings, FLAG.ack, 0, NOTHING), ...more);
    assert.ok(outcome.includes(CALM));
    client.close();
  });

  it("counts them after a while, acknowledged or not", async () => {
    let time = 0;
    await start({ now: () => time, limits: { maxConcurrentStreams: 10 }, onStream() {} });
    const client = await RawClient.connect(server.port);
    client.send(PREFACE, frame(TYPE.settings, 0, 0, NOTHING));
    await client.settle();
    time = 10_000;
    const burst = Array.from({ length: 1_000 }, (_, index) => headers(id(index), REQUEST, false));
    assert.ok((await client.outcome(...burst)).includes(CALM));
    client.close();
  });

  it("MadeYouReset, by malformed requests", async () => {
    await start();
    const bad = (index: number) => headers(id(index), { ...REQUEST, te: "gzip" });
    assert.equal((await flood(1_000, bad)).goAway, CALM);
  });

  it("CVE-2024-27316, CONTINUATION without end", async () => {
    await start();
    const first = frame(TYPE.headers, FLAG.endStream, 1, headerBlock(REQUEST));
    const more = frame(TYPE.continuation, 0, 1, headerBlock({ a: "b".repeat(1_000) }));
    const { goAway } = await flood(50, (index) => (index === 0 ? first : more));
    assert.equal(goAway, CALM);
    assert.deepEqual(server.cuts, ["a header block without an end"]);
  });

  it("CONTINUATION without octets", async () => {
    await start();
    const first = frame(TYPE.headers, FLAG.endStream, 1, headerBlock(REQUEST));
    const more = frame(TYPE.continuation, 0, 1, NOTHING);
    assert.equal((await flood(50, (index) => (index === 0 ? first : more))).goAway, CALM);
  });

  it("a header list in a thousand CONTINUATIONs", async () => {
    await start();
    const block = headerBlock({ ...REQUEST, a: "b".repeat(2_000) });
    const pieces = Array.from({ length: 1_000 }, (_, at) => block.subarray(at * 2, at * 2 + 2));
    const frames = pieces.map((piece, at) =>
      at === 0 ? frame(TYPE.headers, 1, 1, piece) : frame(TYPE.continuation, 0, 1, piece),
    );
    assert.equal((await flood(1, () => frames)).goAway, CALM);
  });

  it("CVE-2019-9511, data dribble: windows of one octet", async () => {
    await start({
      onStream: (stream: ServerStream) => {
        stream.sendHeaders(HEAD);
        stream.write(Buffer.alloc(60_000));
      },
    });
    const client = await RawClient.open(server.port, setting(4, 0));
    client.send(headers(1));
    for (let turn = 0; turn < 100 && !client.ended; turn++) {
      client.send(...Array.from({ length: 500 }, () => windowUpdate(1, 1)));
      await client.settle();
    }
    assert.ok(client.words().includes(CALM));
    const frames = client.frames.filter(({ type }) => type === TYPE.data);
    assert.ok(frames.length < 25_000, `${frames.length} frames of one octet`);
    client.close();
  });

  it("CVE-2019-9512, PING flood", async () => {
    await start();
    assert.equal((await flood(1_000, () => frame(TYPE.ping, 0, 0, Buffer.alloc(8)))).goAway, CALM);
  });

  it("PINGs at four a call are honest, at any speed", async () => {
    await start();
    const ping = frame(TYPE.ping, 0, 0, Buffer.alloc(8));
    const call = (index: number) => [headers(id(index)), ping, ping, ping, ping];
    assert.deepEqual((await flood(3_000, call)).goAway, undefined);
  });

  it("a PING for each frame of a long answer is honest", async () => {
    let stream: ServerStream | undefined;
    await start({
      onStream(opened) {
        stream = opened;
        stream.sendHeaders(HEAD);
      },
    });
    const client = await RawClient.open(server.port, setting(4, 1_000_000));
    await client.outcome(headers(1));
    for (let turn = 0; turn < 30; turn++) {
      for (let each = 0; each < 100; each++) stream?.write(Buffer.from("message"));
      const ping = frame(TYPE.ping, 0, 0, Buffer.alloc(8));
      await client.outcome(...Array.from({ length: 99 }, () => ping));
    }
    assert.equal(client.ended, false);
    client.close();
  });

  it("CVE-2019-9513, resource loop: PRIORITY without end", async () => {
    await start();
    const priority = (index: number) => frame(2, 0, id(index), Buffer.alloc(5));
    assert.equal((await flood(1_000, priority)).goAway, CALM);
  });

  it("CVE-2019-9514, reset flood: streams that are refused", async () => {
    await start({ limits: { maxConcurrentStreams: 1 }, onStream() {} });
    const { goAway } = await flood(1_000, (index) => headers(id(index), REQUEST, false));
    assert.equal(goAway, CALM);
  });

  it("CVE-2019-9515, SETTINGS flood", async () => {
    await start();
    assert.equal((await flood(1_000, () => setting(4, 1_000))).goAway, CALM);
  });

  it("SETTINGS of thousands of entries", async () => {
    await start();
    const entries = Buffer.concat(Array.from({ length: 2_700 }, () => setting(9, 0).subarray(9)));
    assert.equal((await flood(20, () => frame(TYPE.settings, 0, 0, entries))).goAway, CALM);
  });

  it("CVE-2019-9516, header fields without names", async () => {
    await start();
    const empty = Buffer.concat([headerBlock(REQUEST), Buffer.alloc(3_000)]);
    const client = await RawClient.open(server.port);
    const outcome = await client.outcome(frame(TYPE.headers, 5, 1, empty));
    assert.deepEqual(outcome, ["RST_STREAM 1 PROTOCOL_ERROR"]);
    client.close();
  });

  describe("a flood of header lists beyond the limit", () => {
    const tooLarge = (index: number) => headers(id(index), { ...REQUEST, x: "y".repeat(16_250) });
    const limits = { refusals: { ...FEW, burst: 1_000 } };

    it("ends the connection", async () => {
      await start({ limits });
      assert.equal((await flood(1_000, tooLarge)).ended, false);
      assert.equal((await flood(1_001, tooLarge)).goAway, CALM);
      assert.deepEqual(server.cuts, ["too many streams refused"]);
    });

    it("of one client does not cut the others of a proxy's connection", async () => {
      await start({ limits, isShared: () => true });
      assert.equal((await flood(1_001, tooLarge)).ended, false);
    });
  });

  it("CVE-2019-9518, DATA without octets", async () => {
    await start();
    const { goAway } = await flood(1_000, (index) =>
      index === 0 ? headers(1, REQUEST, false) : data(1, NOTHING),
    );
    assert.equal(goAway, CALM);
  });

  it("DATA that is all padding", async () => {
    await start();
    const padding = frame(TYPE.data, 8, 1, Buffer.from([3, 0, 0, 0]));
    const { goAway } = await flood(1_000, (index) =>
      index === 0 ? headers(1, REQUEST, false) : padding,
    );
    assert.equal(goAway, CALM);
  });

  it("DATA of one octet each, and DATA that is mostly padding", async () => {
    await start();
    const mostly = frame(TYPE.data, 8, 1, Buffer.concat([Buffer.from([99]), Buffer.alloc(150)]));
    for (const one of [data(1, "a"), mostly]) {
      const { goAway } = await flood(40_000, (index) =>
        index === 0 ? headers(1, REQUEST, false) : one,
      );
      assert.equal(goAway, CALM);
    }
  });

  it("a body in pieces of a few octets is honest, as long as it is none of many thousands", async () => {
    await start();
    const client = await RawClient.open(server.port);
    client.send(headers(1, REQUEST, false), ...Array.from({ length: 20_000 }, () => data(1, "a")));
    await client.settle();
    assert.ok((await client.outcome(data(1, "a", true))).includes("HEADERS 1"));
    client.close();
  });

  it("frames of unknown types", async () => {
    await start();
    assert.equal((await flood(1_000, () => frame(200, 0, 0, NOTHING))).goAway, CALM);
  });

  it("large frames of unknown types", async () => {
    await start();
    assert.equal((await flood(30, () => frame(200, 0, 0, Buffer.alloc(16_384)))).goAway, CALM);
  });

  it("GOAWAY storm", async () => {
    await start();
    assert.equal(
      (await flood(1_000, () => frame(TYPE.goaway, 0, 0, Buffer.alloc(8)))).goAway,
      CALM,
    );
  });

  it("WINDOW_UPDATE flood", async () => {
    await start({ onStream() {} });
    const { goAway } = await flood(25_000, (index) =>
      index === 0 ? headers(1, REQUEST, false) : windowUpdate(1, 1),
    );
    assert.equal(goAway, CALM);
  });

  it("RST_STREAM of streams that have ended", async () => {
    await start();
    const { goAway } = await flood(1_000, (index) => (index === 0 ? headers(1) : reset(1)));
    assert.equal(goAway, CALM);
  });

  for (const [name, frames] of [
    ["HEADERS", (stream: number) => headers(stream)],
    ["the end of a body, without octets,", (stream: number) => data(stream, NOTHING, true)],
  ] as const) {
    it(`${name} of streams that were reset`, async () => {
      await start({ onStream: (stream) => stream.reset(ErrorCode.CANCEL) });
      const again = (index: number) => [headers(id(index), REQUEST, false), frames(id(index))];
      assert.equal((await flood(300, again)).goAway, undefined);
      const { goAway } = await flood(2_000, (index) =>
        index === 0 ? headers(1, REQUEST, false) : frames(1),
      );
      assert.equal(goAway, CALM);
    });
  }

  it("streams without end, on a server that others fill", async () => {
    await start({ mayOpenStream: () => false });
    assert.equal((await flood(11_000, (index) => headers(id(index)))).goAway, CALM);
    assert.deepEqual(server.cuts, ["too many streams refused"]);
  });

  it("streams without end, of a client that never acknowledges our SETTINGS", async () => {
    await start({ limits: { maxConcurrentStreams: 1 }, onStream() {} });
    const client = await RawClient.connect(server.port);
    const many = Array.from({ length: 11_000 }, (_, index) => headers(id(index), REQUEST, false));
    client.send(PREFACE, frame(TYPE.settings, 0, 0, NOTHING), ...many);
    await client.settle();
    assert.ok(client.words().includes(CALM));
    client.close();
  });

  it("DATA of a stream that was reset, beyond the window that it had", async () => {
    await start({ onStream: (stream) => stream.reset(ErrorCode.CANCEL) });
    const { goAway } = await flood(20, (index) =>
      index === 0 ? headers(1, REQUEST, false) : data(1, Buffer.alloc(16_000)),
    );
    assert.equal(goAway, "GOAWAY FLOW_CONTROL_ERROR");
  });
});

function self(stream: number): Buffer {
  return Buffer.concat([number32(stream), Buffer.alloc(1)]);
}

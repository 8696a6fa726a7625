/** Frames in the wrong place (RFC 9113, sections 4.1, 5.1 and 6), beyond what h2spec sends. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ErrorCode, encodeHeaderBlock } from "../../src/http2/index.js";
import { PREFACE } from "../attack/frames.js";
import { type AnsweringServer, startAnsweringServer } from "./answering-server.js";
import {
  data,
  FLAG,
  frame,
  headerBlock,
  headers,
  RawClient,
  REQUEST,
  reset,
  setting,
  TYPE,
  windowUpdate,
} from "./raw-client.js";

const PROTOCOL = ["GOAWAY PROTOCOL_ERROR", "end"];
const CLOSED = ["GOAWAY STREAM_CLOSED", "end"];
const SIZE = ["GOAWAY FRAME_SIZE_ERROR", "end"];
const COMPRESSION = ["GOAWAY COMPRESSION_ERROR", "end"];
const ANSWER = ["HEADERS 1", "DATA 1 7 end"];
const FIFTH = ["HEADERS 5", "DATA 5 7 end"];
const NOTHING = Buffer.alloc(0);
const head = encodeHeaderBlock([[":status", "200"]]);
const unfinished = frame(TYPE.headers, 1, 1, headerBlock(REQUEST));

const ROWS: readonly (readonly [name: string, frames: Buffer[], outcome: string[]])[] = [
  ["a stream of an even id", [headers(2)], PROTOCOL],
  ["a stream of id 0", [headers(0)], PROTOCOL],
  ["a stream of a lower id", [headers(5), headers(3)], ["HEADERS 5", "DATA 5 7 end", ...PROTOCOL]],
  ["a stream id again", [headers(1), headers(1)], [...ANSWER, ...CLOSED]],
  ["DATA of an idle stream", [data(1, "a")], PROTOCOL],
  ["DATA of stream 0", [data(0, "a")], PROTOCOL],
  ["DATA of a stream that has ended", [headers(1), data(1, "a")], [...ANSWER, ...CLOSED]],
  ["DATA behind the client's reset", [headers(1, REQUEST, false), reset(1), data(1, "a")], CLOSED],
  ["HEADERS behind the client's reset", [headers(1, REQUEST, false), reset(1), headers(1)], CLOSED],
  ["RST_STREAM of an idle stream", [reset(1)], PROTOCOL],
  ["RST_STREAM of stream 0", [reset(0)], PROTOCOL],
  ["RST_STREAM behind the end", [headers(1), reset(1)], ANSWER],
  ["WINDOW_UPDATE of an idle stream", [windowUpdate(1, 1)], PROTOCOL],
  ["RST_STREAM of a stream of the server's", [headers(5), reset(4)], [...FIFTH, ...PROTOCOL]],
  ["WINDOW_UPDATE of one", [headers(5), windowUpdate(4, 1)], [...FIFTH, ...PROTOCOL]],
  ["DATA of one", [headers(5), data(4, "a")], [...FIFTH, ...PROTOCOL]],
  ["RST_STREAM of a stream that was left out", [headers(5), reset(3)], FIFTH],
  ["WINDOW_UPDATE behind the end", [headers(1), windowUpdate(1, 1)], ANSWER],
  ["PRIORITY of an idle stream", [frame(2, 0, 7, Buffer.alloc(5)), headers(1)], ANSWER],
  ["PUSH_PROMISE", [frame(5, 4, 1, Buffer.alloc(8))], PROTOCOL],
  ["CONTINUATION of nothing", [frame(TYPE.continuation, 4, 1, NOTHING)], PROTOCOL],
  ["PING within a header block", [unfinished, frame(TYPE.ping, 0, 0, Buffer.alloc(8))], PROTOCOL],
  ["GOAWAY within a header block", [unfinished, frame(7, 0, 0, Buffer.alloc(8))], PROTOCOL],
  ["an unknown frame within a header block", [unfinished, frame(99, 0, 1, NOTHING)], PROTOCOL],
  ["HEADERS of another stream in a block", [unfinished, headers(3)], PROTOCOL],
  ["CONTINUATION of another stream", [unfinished, frame(9, 4, 3, NOTHING)], PROTOCOL],
  ["a block in two frames", [unfinished, frame(9, 4, 1, NOTHING)], ANSWER],
  ["padding as long as DATA", [headers(1, REQUEST, false), padded(1, 1)], PROTOCOL],
  ["padding longer than DATA", [headers(1, REQUEST, false), padded(1, 255)], PROTOCOL],
  [
    "DATA that misses its padding's length",
    [headers(1, REQUEST, false), frame(0, 8, 1, NOTHING)],
    SIZE,
  ],
  ["padding longer than HEADERS", [frame(TYPE.headers, 13, 1, Buffer.from([9, 0x82]))], PROTOCOL],
  ["HEADERS that miss their priority", [frame(TYPE.headers, 37, 1, Buffer.alloc(4))], SIZE],
  ["padded HEADERS that miss their priority", [frame(TYPE.headers, 45, 1, Buffer.alloc(5))], SIZE],
  ["HEADERS that miss their padding's length", [frame(TYPE.headers, 13, 1, NOTHING)], SIZE],
  [
    "padding longer than what is behind the priority",
    [frame(TYPE.headers, 45, 1, Buffer.from([2, 0, 0, 0, 0, 0, 0x82]))],
    PROTOCOL,
  ],
  ["HEADERS that depend on themselves", [dependent(1)], ["RST_STREAM 1 PROTOCOL_ERROR"]],
  ["a frame above 16,384 octets", [frame(99, 0, 0, Buffer.alloc(16_385))], SIZE],
  ["a frame of 16,384 octets", [frame(99, 0, 0, Buffer.alloc(16_384)), headers(1)], ANSWER],
  ["PING of seven octets", [frame(TYPE.ping, 0, 0, Buffer.alloc(7))], SIZE],
  ["SETTINGS with ACK and a payload", [frame(TYPE.settings, 1, 0, Buffer.alloc(6))], SIZE],
  ["SETTINGS of five octets", [frame(TYPE.settings, 0, 0, Buffer.alloc(5))], SIZE],
  ["SETTINGS of a stream", [frame(TYPE.settings, 0, 1, NOTHING)], PROTOCOL],
  ["a window of 2^31 in SETTINGS", [setting(4, 2 ** 31)], ["GOAWAY FLOW_CONTROL_ERROR", "end"]],
  ["a maximum frame size of 1", [setting(5, 1)], PROTOCOL],
  ["ENABLE_PUSH of 2", [setting(2, 2)], PROTOCOL],
  ["an unknown setting", [setting(0x7777, 1), headers(1)], ["SETTINGS", ...ANSWER]],
  [
    "GOAWAY and a call behind it",
    [frame(7, 0, 0, Buffer.alloc(8)), headers(1)],
    ["GOAWAY NO_ERROR", "PING", ...ANSWER],
  ],
  ["the reserved bit of a stream id", [reserved(headers(1))], ANSWER],
  ["undefined flags", [frame(TYPE.headers, 0xd7 & ~0x28, 1, headerBlock(REQUEST))], ANSWER],
  ["an index of 0", [block(0x80)], COMPRESSION],
  ["an index beyond the table", [block(0xbe)], COMPRESSION],
  ["an integer without end", [block(0xff, ...new Array<number>(20).fill(0xff))], COMPRESSION],
  ["a string longer than its block", [block(0x00, 0x7f, 0x01)], COMPRESSION],
  ["a table above the announced size", [block(0x3f, 0xe2, 0x1f, 0x82)], COMPRESSION],
  ["a table size behind a field", [block(0x82, 0x20)], COMPRESSION],
  ["a block that ends within a field", [block(0x40)], COMPRESSION],
];

describe("frames out of place", () => {
  let server: AnsweringServer;
  beforeEach(async () => {
    server = await startAnsweringServer();
  });
  afterEach(() => server.close());

  for (const [name, frames, outcome] of ROWS) {
    it(name, async () => {
      const client = await RawClient.open(server.port);
      assert.deepEqual(await client.outcome(...frames), outcome);
      client.close();
      assert.deepEqual(server.errors, []);
    });
  }

  it("reads the same frames octet by octet", async () => {
    const client = await RawClient.open(server.port);
    const bytes = Buffer.concat([headers(1, REQUEST, false), data(1, "abc"), data(1, "def", true)]);
    for (const octet of bytes) {
      client.send(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await client.outcome(), ["HEADERS 1", "DATA 1 6 end"]);
    client.close();
  });

  it("ignores what was on its way when it reset a stream, and reads its header blocks", async () => {
    await server.close();
    server = await startAnsweringServer({
      onStream: (stream) => stream.reset(ErrorCode.REFUSED_STREAM),
    });
    const client = await RawClient.open(server.port);
    // Adds "a: b" to the decoder's table; a block behind it refers to that entry.
    const trailers = frame(TYPE.headers, 5, 1, Buffer.from([0x40, 1, 0x61, 1, 0x62]));
    const late = [data(1, "late"), windowUpdate(1, 5), trailers];
    const next = frame(
      TYPE.headers,
      5,
      3,
      Buffer.concat([headerBlock(REQUEST), Buffer.from([0xbe])]),
    );
    assert.deepEqual(await client.outcome(headers(1, REQUEST, false), ...late, next), [
      "RST_STREAM 1 REFUSED_STREAM",
      "RST_STREAM 3 REFUSED_STREAM",
    ]);
    client.close();
  });

  it("tells of the end of each stream that it has told of, and of no other", async () => {
    await server.close();
    let open = 0;
    let opened = 0;
    server = await startAnsweringServer({
      onStream(stream) {
        open++;
        opened++;
        if (stream.id === 3) throw new Error("in onStream");
        stream.respond(head);
      },
      onStreamClosed: () => open--,
      mayOpenStream: () => opened < 2,
    });
    const client = await RawClient.open(server.port);
    const connect = { ":method": "CONNECT", ":authority": "a:1" };
    const outcome = await client.outcome(
      headers(1),
      headers(3),
      headers(5),
      headers(7, connect),
      headers(9, connect, false),
      headers(11, { ...REQUEST, te: "gzip" }),
    );
    assert.deepEqual(outcome, [
      "HEADERS 1 end",
      "RST_STREAM 3 INTERNAL_ERROR",
      "RST_STREAM 5 REFUSED_STREAM",
      "HEADERS 7 end",
      "HEADERS 9 end",
      "RST_STREAM 9 NO_ERROR",
      "RST_STREAM 11 PROTOCOL_ERROR",
    ]);
    assert.equal(open, 0);
    client.close();
  });

  it("answers early and tells the client that the rest is not read", async () => {
    await server.close();
    server = await startAnsweringServer({
      onStream: (stream) => stream.respond(head, Buffer.from("no")),
    });
    const client = await RawClient.open(server.port);
    const outcome = await client.outcome(headers(1, REQUEST, false), data(1, "rest", true));
    assert.deepEqual(outcome, ["HEADERS 1", "DATA 1 2 end", "RST_STREAM 1 NO_ERROR"]);
    client.close();
  });

  it("resets the stream whose handler throws, and serves the others", async () => {
    await server.close();
    server = await startAnsweringServer({
      onStream(stream) {
        const { ":path": path } = stream.headers;
        if (path === "/stream") throw new Error("in onStream");
        stream.handler = {
          onData() {
            if (path === "/data") throw new Error("in onData");
          },
          onEnd() {
            if (path === "/end") throw new Error("in onEnd");
            stream.respond(head);
          },
          onClose() {
            if (path === "/close") throw new Error("in onClose");
          },
        };
      },
    });
    const client = await RawClient.open(server.port);
    const paths = ["/stream", "/data", "/end", "/close", "/"];
    const frames = paths.flatMap((path, at) => [
      headers(2 * at + 1, { ...REQUEST, ":path": path }, false),
      data(2 * at + 1, "a", true),
    ]);
    assert.deepEqual(await client.outcome(...frames), [
      "RST_STREAM 1 INTERNAL_ERROR",
      "RST_STREAM 3 INTERNAL_ERROR",
      "RST_STREAM 5 INTERNAL_ERROR",
      "HEADERS 7 end",
      "HEADERS 9 end",
    ]);
    const messages = server.errors.map((error) => (error as Error).message);
    assert.deepEqual(messages, ["in onStream", "in onData", "in onEnd", "in onClose"]);
    client.close();
  });

  for (const [name, bytes] of [
    ["HTTP/1.1", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["a preface that ends otherwise", "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX"],
    ["PING before SETTINGS", Buffer.concat([PREFACE, frame(TYPE.ping, 0, 0, Buffer.alloc(8))])],
    [
      "SETTINGS with ACK first",
      Buffer.concat([PREFACE, frame(TYPE.settings, FLAG.ack, 0, NOTHING)]),
    ],
  ] as const) {
    it(`ends a connection that begins with ${name}`, async () => {
      const client = await RawClient.connect(server.port);
      client.send(bytes);
      await client.waitFor(() => false);
      assert.deepEqual(client.words().slice(-2), PROTOCOL);
      client.close();
    });
  }
});

function padded(stream: number, length: number): Buffer {
  return frame(TYPE.data, 8, stream, Buffer.from([length]));
}

function dependent(stream: number): Buffer {
  const dependency = Buffer.from([0, 0, 0, stream, 16]);
  return frame(TYPE.headers, 37, stream, Buffer.concat([dependency, headerBlock(REQUEST)]));
}

function reserved(bytes: Buffer): Buffer {
  bytes[5] = (bytes[5] as number) | 0x80;
  return bytes;
}

function block(...octets: number[]): Buffer {
  return frame(TYPE.headers, 5, 1, Buffer.from(octets));
}

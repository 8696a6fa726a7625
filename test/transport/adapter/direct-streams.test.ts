/** Server streams of the short way, beyond what the differential test plays: waiting, reading, and early ends. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { DirectStream } from "../../../src/transport/adapter/index.js";
import { EchoService } from "./gen/adaptertest/v1/echo_pb.js";
import { envelope, startServers, type TestServers } from "./support.js";

const RESERVE = 5;
/** An EchoResponse whose text is one letter. */
const letter = (text: string) =>
  Buffer.concat([Buffer.alloc(RESERVE), Buffer.from(`\n\x01${text}`)]);

const HEADERS = {
  ":method": "POST",
  ":path": "/adaptertest.v1.EchoService/Spell",
  "content-type": "application/grpc",
  te: "trailers",
};

/** A stream whose messages come from the test. */
class Source implements DirectStream {
  readonly messages: Uint8Array[] = [];
  wake = () => {};
  /** How often it was asked, and closed. */
  asked = 0;
  closed = 0;
  onClosed = () => {};

  readonly open: DirectStream["open"] = (_request, _context, wake) => {
    this.wake = wake;
    return {
      next: () => {
        this.asked++;
        return this.messages.shift();
      },
      close: () => {
        this.closed++;
        this.onClosed();
      },
    };
  };
}

describe("a stream of the short way", () => {
  let servers: TestServers;
  let session: http2.ClientHttp2Session;
  let source: Source;
  let ended: (ConnectError | undefined)[];
  let shutdown: AbortController;

  beforeEach(async () => {
    source = new Source();
    const errors: typeof ended = [];
    ended = errors;
    shutdown = new AbortController();
    servers = await startServers({
      directStreams: new Map([[EchoService.method.spell, source]]),
      shutdownSignal: shutdown.signal,
      defaultTimeoutMs: 200,
      ended: (_head, _values, error) => void errors.push(error),
    });
    session = http2.connect(servers.h2);
    session.on("error", () => {});
  });
  afterEach(async () => {
    session.destroy();
    await servers.close();
  });

  /** Opens a stream, with one message on its way. */
  async function open(headers: http2.OutgoingHttpHeaders = {}) {
    source.messages.push(letter("a"));
    const stream = session.request({ ...HEADERS, ...headers });
    stream.on("error", () => {});
    stream.end(envelope(Buffer.alloc(0)));
    const [first] = await once(stream, "data");
    assert.deepEqual(first, envelope(Buffer.from("\n\x01a")));
    return stream;
  }

  /** Settles once the window is used up: what the source was asked for last waits. */
  async function untilFull(): Promise<void> {
    for (let before = -1; before !== source.asked; ) {
      before = source.asked;
      for (let i = 0; i < 50; i++) await turn();
    }
  }

  async function statusOf(stream: http2.ClientHttp2Stream) {
    stream.resume();
    const [trailers] = await once(stream, "trailers");
    return trailers["grpc-status"];
  }

  it("asks its source again when it is woken", async () => {
    const stream = await open();
    source.messages.push(letter("b"), letter("c"));
    source.wake();
    let read = Buffer.alloc(0);
    while (read.length < 16) read = Buffer.concat([read, (await once(stream, "data"))[0]]);
    assert.deepEqual(
      read,
      Buffer.concat(["b", "c"].map((text) => envelope(Buffer.from(`\n\x01${text}`)))),
    );
    assert.equal(source.closed, 0);
  });

  it("closes its source once when its client leaves", async () => {
    const stream = await open();
    const closing = new Promise<void>((resolve) => {
      source.onClosed = resolve;
    });
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await closing;
    await turn();
    const before = source.asked;
    source.wake();
    assert.equal(source.asked, before);
    assert.equal(source.closed, 1);
    assert.deepEqual(
      ended.map((error) => error?.code),
      [Code.Canceled],
    );
  });

  it("ends with the deadline's status", async () => {
    const status = await statusOf(await open({ "grpc-timeout": "50m" }));
    assert.equal(status, String(Code.DeadlineExceeded));
    assert.equal(source.closed, 1);
    assert.deepEqual(
      ended.map((error) => error?.code),
      [Code.DeadlineExceeded],
    );
  });

  it("ends with the reason of the shutdown", async () => {
    const stream = await open();
    const status = statusOf(stream);
    shutdown.abort(new ConnectError("closing", Code.Unavailable));
    assert.equal(await status, String(Code.Unavailable));
    assert.equal(source.closed, 1);
    source.messages.push(letter("a"));
    const late = session.request({ ...HEADERS });
    late.end(envelope(Buffer.alloc(0)));
    const [headers] = await once(late, "response");
    assert.equal(headers["grpc-status"], String(Code.Unavailable));
  });

  it("ends before its request has come, when the server does", async () => {
    const waiting = session.request({ ...HEADERS });
    waiting.write(Buffer.alloc(3));
    await (await open()).close();
    shutdown.abort(new ConnectError("closing", Code.Unavailable));
    const [headers] = await once(waiting, "response");
    assert.equal(headers["grpc-status"], String(Code.Unavailable));
  });

  it("is reset soon after the server ends where its client reads nothing", async () => {
    const stream = await open();
    stream.pause();
    source.messages.push(...Array.from({ length: 40 }, () => Buffer.alloc(RESERVE + 16_384)));
    source.wake();
    await untilFull();
    shutdown.abort(new ConnectError("closing", Code.Unavailable));
    await once(stream, "close");
    assert.equal(stream.rstCode, http2.constants.NGHTTP2_CANCEL);
    assert.equal(source.closed, 1);
  });

  it("must be asked for in time, and then lives on", async () => {
    const stream = await open();
    const slow = session.request({ ...HEADERS });
    slow.write(Buffer.alloc(3));
    const [headers] = await once(slow, "response");
    assert.equal(headers["grpc-status"], String(Code.DeadlineExceeded));
    source.messages.push(letter("b"));
    source.wake();
    const [next] = await once(stream, "data");
    assert.deepEqual(next, envelope(Buffer.from("\n\x01b")));
  });

  it("asks for nothing while its client has left no room, and goes on once there is some", async () => {
    const stream = await open();
    stream.pause();
    const page = Buffer.alloc(RESERVE + 16_384);
    source.messages.push(...Array.from({ length: 40 }, () => page));
    const total = source.messages.length * page.length;
    source.wake();
    await untilFull();
    const { length } = source.messages;
    assert.ok(length > 20, `${length} messages are left`);
    let read = 0;
    stream.on("data", (chunk: Buffer) => {
      read += chunk.length;
    });
    stream.resume();
    while (read < total) await turn();
    assert.equal(read, total);
  });

  it("lets others have their turn while its client has room for much", async () => {
    session.destroy();
    const roomy = http2.connect(servers.h2, { settings: { initialWindowSize: 2 ** 24 } });
    roomy.on("error", () => {});
    await once(roomy, "connect");
    roomy.setLocalWindowSize(2 ** 24);
    session = roomy;
    const stream = await open();
    // The window of the connection has grown once the server has answered a later frame.
    await new Promise((resolve) => roomy.ping(resolve));
    stream.on("data", () => {});
    source.asked = 0;
    const page = Buffer.alloc(RESERVE + 16_379);
    source.messages.push(...Array.from({ length: 40 }, () => page));
    source.wake();
    assert.equal(source.asked, 5, "64 KiB and a message in one turn");
    while (source.messages.length > 0) await turn();
  });

  it("is reset at its deadline where its client reads nothing", async () => {
    const stream = await open({ "grpc-timeout": "300m" });
    stream.pause();
    source.messages.push(...Array.from({ length: 40 }, () => Buffer.alloc(RESERVE + 16_384)));
    source.wake();
    await once(stream, "close");
    assert.equal(stream.rstCode, http2.constants.NGHTTP2_CANCEL);
    assert.equal(source.closed, 1);
  });
});

/** What an HTTP/1.1 connection may leave unread, and how it ends. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DEFAULT_LIMITS } from "../../src/transport/limits.js";
import { type ConnectionCut, createListener } from "../../src/transport/listener.js";

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
    assert.equal(await get(), "close");
    // Without its last connection the listener ends long before it would cut anything off.
    assert.equal(await closed, 0);
    agent.destroy();
  });
});

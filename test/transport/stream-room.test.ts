/** Connections that hold as many streams as a server has room for keep nobody else out. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { after, before, describe, it } from "node:test";
import { ANYONE } from "../../src/server/callers/callers.js";
import { fixedManager } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";

const MAX_STREAMS = 20;

describe("a server that has as many open streams as it may", () => {
  let server: ProductServer;
  const sessions: ClientHttp2Session[] = [];
  before(async () => {
    const limits = { maxStreams: MAX_STREAMS };
    server = await startProductServer(await fixedManager(), ANYONE, { limits });
  });
  after(async () => {
    for (const session of sessions) session.destroy();
    await server.close();
  });

  async function open(): Promise<ClientHttp2Session> {
    const session = connect(server.origin);
    session.on("error", () => {});
    sessions.push(session);
    await once(session, "remoteSettings");
    return session;
  }

  /** A call whose body is still to come; the codes of those that are reset are noted. */
  function begin(session: ClientHttp2Session, resets: number[]): ClientHttp2Stream {
    const stream = session.request({
      ":method": "POST",
      ":path": "/securetoken.v1.TokenService/IntrospectToken",
      "content-type": "application/json",
    });
    stream.on("error", () => {});
    stream.on("close", () => resets.push(stream.rstCode));
    return stream;
  }

  async function isAnswered(session: ClientHttp2Session): Promise<boolean> {
    const stream = begin(session, []);
    stream.end('{"token":"t"}');
    return Promise.race([
      once(stream, "response").then(() => true),
      new Promise<boolean>((resolve) => stream.once("close", () => resolve(false))),
    ]);
  }

  it("answers whoever has few, at the cost of whoever has most", async () => {
    const [greedy, honest] = [await open(), await open()];
    const resets: number[] = [];
    for (let i = 0; i < MAX_STREAMS; i++) begin(greedy, resets);
    await new Promise((resolve) => greedy.ping(() => resolve(undefined)));
    for (let i = 1; i <= 3; i++) {
      assert.equal(await isAnswered(honest), true);
      await new Promise((resolve) => greedy.ping(() => resolve(undefined)));
      // Once one has gone there is room for the others.
      assert.equal(resets.length, 1, "one call of the greedy one has made room");
    }
    const REFUSED_STREAM = 7;
    assert.deepEqual(resets, [REFUSED_STREAM]);
  });

  it("refuses whoever has most", async () => {
    const greedy = sessions[0] as ClientHttp2Session;
    const resets: number[] = [];
    // There is room for the first: the others wait for the server's refusal.
    const [, ...others] = Array.from({ length: 5 }, () => begin(greedy, resets));
    await Promise.all(
      others.map((stream) => new Promise((resolve) => stream.once("close", resolve))),
    );
    assert.equal(resets.length, 4);
    assert.equal(await isAnswered(await open()), true);
  });
});

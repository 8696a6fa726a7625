/** What guards against attacks must not hurt: clients that do much, or change their minds. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { after, before, describe, it } from "node:test";
import { ANYONE } from "../../src/server/callers/callers.js";
import { fixedManager } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";

const HEADERS = {
  ":method": "POST",
  ":path": "/securetoken.v1.TokenService/ExportConfig",
  "content-type": "application/grpc",
};
const EMPTY_MESSAGE = Buffer.alloc(5);

let server: ProductServer;
let session: ClientHttp2Session;
let goaway: number | undefined;

before(async () => {
  server = await startProductServer(await fixedManager());
  session = connect(server.origin);
  session.on("error", () => {});
  session.on("goaway", (code) => {
    goaway = code;
  });
  await once(session, "connect");
});
after(async () => {
  session.destroy();
  await server.close();
});

/** Whether the call succeeded. */
async function call(on: ClientHttp2Session): Promise<boolean> {
  const stream = on.request(HEADERS);
  let status: unknown;
  stream.on("trailers", (trailers) => {
    status = trailers["grpc-status"];
  });
  stream.on("error", () => {});
  stream.resume();
  stream.end(EMPTY_MESSAGE);
  await once(stream, "close");
  return status === "0";
}

/** Leaves a call in the middle of its request. */
function cancelledCall(): Promise<unknown> {
  const stream = session.request(HEADERS);
  stream.on("error", () => {});
  stream.write(Buffer.alloc(3));
  setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
  return once(stream, "close");
}

describe("an honest client", () => {
  it("makes 20,000 calls on one connection, leaves some, and pings all the while", async () => {
    let answered = 0;
    const work = async () => {
      for (let i = 1; i <= 400; i++) {
        if (await call(session)) answered++;
        // One call in a hundred is cancelled, and a PING goes with every tenth.
        if (i % 100 === 0) await cancelledCall();
        if (i % 10 === 0) session.ping(() => {});
      }
    };
    await Promise.all(Array.from({ length: 50 }, work));
    assert.equal(answered, 20_000);
    assert.equal(goaway, undefined);
    assert.ok(!session.closed);
  });

  it("cancels every call that it has open, and goes on", async () => {
    await Promise.all(Array.from({ length: 100 }, cancelledCall));
    assert.ok(await call(session));
    assert.equal(goaway, undefined);
  });

  it("sends batches of a megabyte, one after the other", async () => {
    const path = "/securetoken.v1.TokenService/BatchValidateTokens";
    const body = Buffer.from(JSON.stringify({ tokens: ["x".repeat(1_000_000)] }));
    const headers = { ...HEADERS, ":path": path, "content-type": "application/json" };
    for (let i = 0; i < 20; i++) {
      const stream = session.request(headers);
      stream.resume();
      stream.end(body);
      const [answer] = await once(stream, "response");
      assert.equal(answer[":status"], 200);
      await once(stream, "close");
    }
    assert.equal(goaway, undefined);
  });
});

describe("a full server", () => {
  it("makes room at the cost of connections that said nothing", async () => {
    const limits = { maxConnections: 20 };
    const full = await startProductServer(await fixedManager(), ANYONE, { limits });
    const honest = connect(full.origin);
    assert.ok(await call(honest));
    const silent = Array.from({ length: 19 }, () => {
      const idle = connect(full.origin);
      idle.on("error", () => {});
      return idle;
    });
    await Promise.all(silent.map((idle) => once(idle, "connect")));
    // A connection is left in peace for its first second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const gone = Promise.race(silent.map((idle) => once(idle, "close")));
    const late = connect(full.origin);
    assert.ok(await call(late));
    await gone;
    assert.ok(await call(honest));
    for (const each of [honest, late, ...silent]) each.destroy();
    await full.close();
  });

  it("tells an HTTP/2 session without calls to leave, and not one with a call", async () => {
    const limits = { idleSessionTimeoutMs: 300 };
    const hasty = await startProductServer(await fixedManager(), ANYONE, { limits });
    const idle = connect(hasty.origin);
    assert.ok(await call(idle));
    const busy = connect(hasty.origin);
    const stream = busy.request(HEADERS);
    await once(idle, "goaway");
    assert.ok(!busy.closed);
    stream.end(EMPTY_MESSAGE);
    const [answer] = await once(stream, "response");
    assert.equal(answer[":status"], 200);
    busy.destroy();
    await hasty.close();
  });
});

/** How HTTP/2 connections end: in two steps, and with every call answered that came before the second. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { callHeaders } from "../attack/attack.js";
import { FLAG, frame, PREFACE, TYPE } from "../attack/frames.js";
import { testKey } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";

const GOAWAY = frame(TYPE.goaway, 0, 0, Buffer.alloc(8));
const REFUSES_NOTHING = 2 ** 31 - 1;
const NO_ERROR = 0;
const GRACE_MS = 5_000;

/** What a server sent: for each frame its type and stream, and what a GOAWAY says. */
interface Seen {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly lastStream?: number;
  readonly code?: number;
}

let server: ProductServer;
let closed: Promise<unknown> | undefined;
beforeEach(async () => {
  closed = undefined;
  const manager = new SecureTokenManager(createKeyset([await testKey("one")]));
  const limits = { leaveTimeoutMs: 300 };
  server = await startProductServer(manager, ANYONE, { limits, defaultTimeoutMs: 5_000 });
});
afterEach(() => closed ?? server.close());

async function begin(...frames: Buffer[]): Promise<Socket> {
  const socket = connect(Number(new URL(server.origin).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0)), ...frames]));
  return socket;
}

/** Reads to the end of the connection. `look` is told of every frame as it comes. */
async function framesOf(socket: Socket, look: (seen: Seen) => void = () => {}): Promise<Seen[]> {
  const all: Seen[] = [];
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const payload = rest.subarray(9, 9 + rest.readUIntBE(0, 3));
      const seen = { type: rest[3]!, flags: rest[4]!, stream: rest.readUInt32BE(5) };
      const goaway = seen.type === TYPE.goaway;
      all.push(
        goaway
          ? { ...seen, lastStream: payload.readUInt32BE(0), code: payload.readUInt32BE(4) }
          : seen,
      );
      rest = rest.subarray(9 + payload.length);
      look(all.at(-1)!);
    }
  }
  return all;
}

const goaways = (all: Seen[]) =>
  all.filter(({ type }) => type === TYPE.goaway).map(({ lastStream, code }) => [lastStream, code]);
const answered = (all: Seen[]) =>
  all.filter(({ type }) => type === TYPE.headers).map(({ stream }) => stream);
const resets = (all: Seen[]) => all.filter(({ type }) => type === TYPE.reset);

describe("a session", () => {
  it("whose client says GOAWAY and asks on in the same packet answers every call, and ends", async () => {
    const ids = Array.from({ length: 20 }, (_, i) => 1 + 2 * i);
    const calls = ids.map((id) => callHeaders(id, true));
    const all = await framesOf(await begin(...calls.slice(0, 3), GOAWAY, ...calls.slice(3)));
    assert.deepEqual(new Set(answered(all)), new Set(ids));
    assert.deepEqual(resets(all), []);
    assert.deepEqual(goaways(all).slice(0, 2), [
      [REFUSES_NOTHING, NO_ERROR],
      [39, NO_ERROR],
    ]);
  });

  it("of a server that closes answers what is asked until a round trip is over, and names the last", async () => {
    const socket = await begin(callHeaders(1));
    let late = false;
    const reading = framesOf(socket, ({ type, flags, lastStream }) => {
      // Our settings are acknowledged once the packet is read, which the call came in.
      if (type === TYPE.settings && flags === FLAG.ack) closed = server.close(GRACE_MS);
      if (type !== TYPE.goaway) return;
      // A client that has not seen the first asks on; after the second the call under way may still end.
      if (lastStream === REFUSES_NOTHING) socket.write(callHeaders(3, true));
      else if (!late) {
        late = true;
        socket.write(frame(TYPE.data, FLAG.endStream, 1, Buffer.alloc(5)));
      }
    });
    const all = await reading;
    assert.deepEqual(new Set(answered(all)), new Set([1, 3]));
    assert.deepEqual(goaways(all).slice(0, 2), [
      [REFUSES_NOTHING, NO_ERROR],
      [3, NO_ERROR],
    ]);
    assert.deepEqual(resets(all), []);
    await closed;
  });

  it("whose client says GOAWAY and never ends its call is cut off before the call's own deadline", async () => {
    const all: Seen[] = [];
    const reading = framesOf(await begin(callHeaders(1), GOAWAY), (seen) => all.push(seen));
    // However the connection ends.
    await reading.catch(() => {});
    assert.deepEqual(answered(all), []);
  });
});

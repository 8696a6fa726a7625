/** Who has to go when there is no room for one more connection. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ConnectionCap, noteKnownCaller } from "../../src/transport/connection-cap.js";

const MAX = 8;
/** A connection is left in peace for its first second. */
const GRACE_MS = 1_100;

describe("a full server", () => {
  const server = createServer();
  let cap: ConnectionCap;
  let displaced: Socket[];
  before(async () => {
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
  });
  after(() => server.close());

  /** Connections of an address, as the server sees them. */
  async function open(count: number, localAddress: string): Promise<[Socket[], Socket[]]> {
    const { port } = server.address() as { port: number };
    const [clients, accepted]: [Socket[], Socket[]] = [[], []];
    for (let i = 0; i < count; i++) {
      const connection = once(server, "connection");
      const client = connect({ port, host: "127.0.0.1", localAddress });
      client.on("error", () => {});
      clients.push(client);
      const [socket] = (await connection) as [Socket];
      socket.on("error", () => {});
      const counts = cap;
      counts.admit(socket);
      socket.on("close", () => counts.closed(socket));
      accepted.push(socket);
    }
    return [clients, accepted];
  }
  const begin = () => {
    displaced = [];
    cap = new ConnectionCap(MAX, (socket) => displaced.push(socket));
  };
  const end = (...all: Socket[][]) => {
    for (const socket of all.flat()) socket.destroy();
  };

  it("closes connections that no known caller has used, however much they said", async () => {
    begin();
    const [known, knownSockets] = await open(4, "127.0.0.2");
    for (const socket of knownSockets) noteKnownCaller(socket);
    const [loud, loudSockets] = await open(4, "127.0.0.3");
    for (const client of loud) client.write(Buffer.alloc(6_000));
    for (const socket of loudSockets) socket.resume();
    await pause(GRACE_MS);
    const [late] = await open(4, "127.0.0.4");
    assert.equal(displaced.length, 4);
    assert.ok(displaced.every((socket) => loudSockets.includes(socket)));
    end(known, loud, late);
  });

  it("closes no connection of a known caller while others are open, though they are new", async () => {
    begin();
    const [known, knownSockets] = await open(2, "127.0.0.3");
    for (const socket of knownSockets) noteKnownCaller(socket);
    await pause(GRACE_MS);
    const [crowd, crowdSockets] = await open(8, "127.0.0.3");
    assert.ok(displaced.length >= 4, `${displaced.length} were displaced`);
    assert.ok(displaced.every((socket) => crowdSockets.includes(socket)));
    end(known, crowd);
  });

  it("lets one address hold three quarters, and make room only at its own cost", async () => {
    begin();
    const [honest, honestSockets] = await open(1, "127.0.0.2");
    const [greedy, greedySockets] = await open(6, "127.0.0.3");
    await pause(GRACE_MS);
    const [more] = await open(3, "127.0.0.3");
    assert.ok(displaced.length >= 1);
    assert.ok(displaced.every((socket) => socket !== honestSockets[0]));
    assert.ok(displaced.some((socket) => greedySockets.includes(socket)));
    end(honest, greedy, more);
  });
});

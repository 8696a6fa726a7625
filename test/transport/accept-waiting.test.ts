/** Before a listener closes, what is connected is accepted, and nothing is read. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  type AddressInfo,
  connect,
  createServer,
  type Server,
  type ServerOpts,
  type Socket,
} from "node:net";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { acceptWaiting } from "../../src/transport/accept-waiting.js";
import { HeldReads } from "../../src/transport/held-reads.js";

/** A listener with one connection, which tells in `seen` what it reads. */
async function start(t: TestContext, options: ServerOpts = {}) {
  const seen: string[] = [];
  const server = createServer(options);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = open(t, server);
  const [accepted] = (await once(server, "connection")) as [Socket];
  if (!options.pauseOnConnect) accepted.on("data", (data) => seen.push(String(data)));
  t.after(() => {
    accepted.destroy();
    server.close();
  });
  await once(client, "connect");
  return { server, client, accepted, seen };
}

function open(t: TestContext, server: Server): Socket {
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  t.after(() => client.destroy());
  return client;
}

describe("acceptWaiting", () => {
  it("reads nothing of any connection until all are accepted", async (t) => {
    const { server, client, accepted, seen } = await start(t);
    server.on("connection", (socket) => {
      seen.push("accepted");
      socket.on("data", (data) => seen.push(String(data)));
      t.after(() => socket.destroy());
    });
    // The system takes both at once.
    client.write("asked over an open connection");
    for (let i = 0; i < 3; i++) open(t, server).write("asked over a new one");
    await acceptWaiting(server, [accepted], new HeldReads());
    seen.push("over");
    while (seen.length < 8) await nextTurn();
    assert.deepEqual(seen.slice(0, 4), ["accepted", "accepted", "accepted", "over"]);
    assert.equal(seen.filter((each) => each.startsWith("asked")).length, 4);
  });

  it("reads nothing of a connection that was not read from before", async (t) => {
    const { server, client, accepted } = await start(t, { pauseOnConnect: true });
    client.write("asked");
    await acceptWaiting(server, [accepted], new HeldReads());
    for (let turns = 0; turns < 20; turns++) await nextTurn();
    assert.equal(accepted.bytesRead, 0);
    accepted.resume();
    assert.deepEqual(await once(accepted, "data"), [Buffer.from("asked")]);
  });

  it("goes on without a connection that closes meanwhile", async (t) => {
    const { server, client, accepted } = await start(t);
    const closed = once(client.resume(), "close");
    const over = acceptWaiting(server, [accepted], new HeldReads());
    accepted.destroy();
    await over;
    await closed;
  });
});

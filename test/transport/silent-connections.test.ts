/** What is noted of connections whose handshake of TLS is under way goes with them. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SilentConnections } from "../../src/transport/silent-connections.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const MANY = 20_000;

it("connections that closed during the handshake take no memory", () => {
  const silent = new SilentConnections(true);
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (let remotePort = 0; remotePort < MANY; remotePort++) {
    const raw = { remotePort, remoteAddress: "127.0.0.1" } as Socket;
    silent.accepted(raw, 0);
    silent.closed(raw);
  }
  const kept = (used() - before) / MANY;
  assert.ok(kept < 50, `${kept} octets a connection`);
  silent.close(0);
});

it("the end of a connection leaves a newer one of the same addresses alone", () => {
  const silent = new SilentConnections(true);
  const [older, newer] = [fakeSocket(), fakeSocket()];
  silent.accepted(older, 0);
  silent.accepted(newer, 0);
  silent.closed(older);
  silent.secured({ remotePort: 1, bytesRead: 1 } as Socket);
  silent.close(60_000);
});

/** As much of a socket as is looked at; nobody may close it. */
function fakeSocket(): Socket {
  return { remotePort: 1, destroy: assert.fail } as unknown as Socket;
}

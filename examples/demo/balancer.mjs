/**
 * A TCP balancer on loopback, as a cluster has one before its servers: each connection goes to the next
 * server that takes it. It can fall silent: connections stay open, bytes are swallowed, nobody is told.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Starts it on a free port in front of `upstreams`, ports of loopback. */
export async function startBalancer(upstreams) {
  const sockets = new Set();
  let isSilent = false;
  let turn = 0;
  const track = (socket, twin) => {
    sockets.add(socket);
    // A reset is followed by "close".
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      if (!isSilent) twin?.destroy();
    });
  };
  const pass = (from, to) => {
    from.on("data", (chunk) => {
      if (isSilent || to.destroyed || to.write(chunk)) return;
      from.pause();
      to.once("drain", () => from.resume());
    });
  };
  const server = createServer(async (client) => {
    client.setNoDelay(true);
    if (isSilent) {
      track(client);
      return client.resume();
    }
    const upstream = await dialFrom(upstreams, turn++);
    if (!upstream) return client.destroy();
    track(client, upstream);
    track(upstream, client);
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** From now on no byte passes either way, on open and on new connections. */
    fallSilent() {
      isSilent = true;
    },
    /** Bytes pass again on new connections. The open ones have lost some, and are cut. */
    speak() {
      isSilent = false;
      cut();
    },
    close() {
      cut();
      server.close();
    },
  };
}

/** A connection to the first upstream that takes one, beginning with the turn; undefined where none does. */
async function dialFrom(upstreams, turn) {
  for (let i = 0; i < upstreams.length; i++) {
    const socket = connect(upstreams[(turn + i) % upstreams.length], "127.0.0.1").setNoDelay(true);
    try {
      await once(socket, "connect");
      return socket;
    } catch {
      // The next one may take it.
    }
  }
  return undefined;
}

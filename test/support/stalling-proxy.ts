/** A TCP proxy that can fall silent: connections stay open, bytes are swallowed, nobody is told. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy that runs. */
export interface StallingProxy {
  readonly port: number;
  /** From now on no byte passes either way, on open and on new connections. */
  stall(): void;
  /** Bytes pass again, on new connections: the open ones have lost some, and are cut. */
  resume(): void;
  /** Cuts every open connection with a reset. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port in front of `upstream`, a port of loopback. */
export async function startStallingProxy(upstream: number): Promise<StallingProxy> {
  const sockets = new Set<Socket>();
  let isStalled = false;
  const forward = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on("data", (chunk) => {
      if (!isStalled) to.write(chunk);
    });
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      if (!isStalled) to.destroy();
    });
  };
  const server = createServer((client) => {
    const target = connect(upstream, "127.0.0.1");
    forward(client, target);
    forward(target, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      isStalled = true;
    },
    resume() {
      cut();
      isStalled = false;
    },
    cut,
    close() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

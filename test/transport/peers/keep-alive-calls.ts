/** Calls over HTTP/1.1 connections that are kept, as a pool of them makes them: none is sent again. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { type PacedCalls, paceCalls } from "./paced-calls.js";

/** Connections of the pool. */
const CONNECTIONS = 10;

/**
 * How long a connection may have been unused to be used again, in milliseconds. A server that ends closes those that
 * were idle for twice as long, which a client that the system has kept waiting would not know yet.
 */
const FRESH_MS = 1_000;

/** A request without a field, and what its answer ends with: a call over Connect, and one over gRPC-Web. */
const REQUESTS = [
  { type: "application/json", body: "{}", end: "}" },
  { type: "application/grpc-web+proto", body: Buffer.alloc(5), end: "grpc-status: 0\r\n" },
] as const;

/**
 * Starts `rate` calls a second of TokenService/ExportConfig, by turns over Connect and gRPC-Web.
 *
 * @param ports servers that serve alike: a new connection goes to the first that takes it
 */
export function startKeepAliveCalls(ports: readonly number[], rate: number): PacedCalls {
  const agent = new FreshConnections(ports);
  let made = 0;
  const calls = paceCalls(rate, async () => {
    agent.dropStale();
    const { type, body, end } = REQUESTS[made++ % REQUESTS.length] as (typeof REQUESTS)[number];
    const call = request({
      agent,
      method: "POST",
      path: "/securetoken.v1.TokenService/ExportConfig",
      headers: { "content-type": type, host: "localhost" },
    }).end(body);
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    const answered = await text(answer);
    if (answer.statusCode === 200 && answered.endsWith(end)) return;
    throw new Error(`${answer.statusCode} ${answered}`);
  });
  return {
    ...calls,
    async stop() {
      await calls.stop();
      agent.destroy();
    },
  };
}

/** A pool that uses no connection again that was unused for long. */
class FreshConnections extends Agent {
  readonly #ports: readonly number[];
  /** Since when a connection that is not in use has not been, as the order of Node's list has it. */
  readonly #freeSince = new WeakMap<Duplex, number>();

  constructor(ports: readonly number[]) {
    super({ keepAlive: true, maxSockets: CONNECTIONS });
    this.#ports = ports;
  }

  override createConnection(
    ...[, onCreated]: Parameters<Agent["createConnection"]>
  ): ReturnType<Agent["createConnection"]> {
    connectToFirst(this.#ports).then(
      (socket) => onCreated?.(null, socket),
      (error) => onCreated?.(error, undefined as never),
    );
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    this.#freeSince.set(socket, performance.now());
    // Declared as void; Node asks for a boolean.
    const keeps: unknown = super.keepSocketAlive(socket);
    return keeps === true;
  }

  /** Closes what is not to be used any more: the first of the list, where alone Node looks for what is closed. */
  dropStale(): void {
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) if (!this.#isFresh(socket)) socket.destroy();
    }
  }

  #isFresh(socket: Duplex): boolean {
    return performance.now() - (this.#freeSince.get(socket) ?? 0) < FRESH_MS;
  }
}

async function connectToFirst(ports: readonly number[]): Promise<Socket> {
  const failures: unknown[] = [];
  for (const port of ports) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    try {
      await once(socket, "connect");
      return socket;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, "no server accepts connections");
}

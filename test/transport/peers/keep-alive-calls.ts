/** Calls over HTTP/1.1 connections that are kept, as a pool of them makes them: none is sent again. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type PacedCalls, paceCalls } from "./paced-calls.js";

/** Connections of the pool. */
const CONNECTIONS = 10;

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
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  agent.createConnection = (_, onCreated) => {
    connectToFirst(ports).then(
      (socket) => onCreated?.(null, socket),
      (error) => onCreated?.(error, undefined as never),
    );
    return undefined;
  };
  let made = 0;
  const calls = paceCalls(rate, async () => {
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

import { once } from "node:events";
import http from "node:http";
import type http2 from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { create, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { createHttp2Server } from "../../../src/http2/index.js";
import type {
  DirectStream,
  UnaryAdapter,
  UnaryAdapterOptions,
} from "../../../src/transport/adapter/index.js";
import { createUnaryAdapter } from "../../../src/transport/adapter/index.js";
import {
  EchoRequestSchema,
  EchoResponseSchema,
  EchoService,
} from "./gen/adaptertest/v1/echo_pb.js";

/** The handlers of the tests; what `echo` does depends on the text it gets. */
export const echoService: Partial<ServiceImpl<typeof EchoService>> = {
  echo(request, context) {
    switch (request.text) {
      case "headers":
        context.responseHeader.set("x-head", context.requestHeader.get("x-ask") ?? "none");
        context.responseHeader.append("set-cookie", "a=1");
        context.responseHeader.append("set-cookie", "b=2");
        context.responseTrailer.set("x-tail", "end");
        break;
      case "fail":
        throw new ConnectError("no such thing: ä%", Code.NotFound, { "x-meta": "m" }, [
          { desc: EchoRequestSchema, value: { text: "detail" } },
        ]);
      case "fail with headers":
        context.responseHeader.set("x-head", "set before failing");
        context.responseTrailer.set("x-tail", "set before failing");
        throw new ConnectError("failed", Code.Aborted);
      case "crash":
        throw new Error("secret of the inside");
      case "unsendable":
        context.responseHeader.set("connection", "close");
        break;
      case "context":
        return {
          text: [context.protocolName, context.requestMethod, new URL(context.url).pathname].join(),
        };
    }
    return { text: request.text, data: request.data };
  },
  async echoSmall(request) {
    return { text: request.text, data: request.data };
  },
  look: (request) => ({ text: request.text, data: request.data }),
  async *spell({ text }, context) {
    if (text === "headers") setHeaders(context);
    if (text === "nothing") throw new ConnectError("nothing to spell", Code.NotFound);
    for (const letter of text) {
      if (letter === "!") throw new ConnectError("no letter", Code.OutOfRange, { "x-meta": "m" });
      if (letter === "?") throw new Error("secret of the inside");
      yield { text: letter };
    }
  },
  async join(requests) {
    let text = "";
    for await (const request of requests) text += request.text;
    return { text };
  },
  async *chat(requests) {
    for await (const { text } of requests) yield { text };
  },
};

function setHeaders({ responseHeader, responseTrailer }: HandlerContext): void {
  responseHeader.set("x-head", "spelt");
  responseTrailer.set("x-tail", "end");
}

/** The method `spell` as bytes; it does what the handler does. */
export const spellDirectly: DirectStream = {
  open(request, context, _wake, reserve) {
    const { text } = request as MessageShape<typeof EchoRequestSchema>;
    if (text === "headers") setHeaders(context);
    if (text === "nothing") throw new ConnectError("nothing to spell", Code.NotFound);
    const letters = [...text];
    return {
      next() {
        const letter = letters.shift();
        if (letter === undefined) return null;
        if (letter === "!") throw new ConnectError("no letter", Code.OutOfRange, { "x-meta": "m" });
        if (letter === "?") throw new Error("secret of the inside");
        const message = create(EchoResponseSchema, { text: letter });
        return Buffer.concat([Buffer.alloc(reserve), toBinary(EchoResponseSchema, message)]);
      },
      close() {},
    };
  },
};

/** Registers the handlers, `echoSmall` with a limit of its own. */
export function echoRoutes(overrides: Partial<ServiceImpl<typeof EchoService>> = {}) {
  return (router: ConnectRouter): void => {
    const service = { ...echoService, ...overrides };
    router.service(EchoService, service);
    router.rpc(EchoService.method.echoSmall, service.echoSmall ?? echoService.echoSmall!, {
      readMaxBytes: 100,
    });
  };
}

/** Servers of both versions of HTTP on free loopback ports, closed with all their connections by `close`. */
export interface TestServers {
  readonly h2: string;
  readonly h2Port: number;
  readonly h1: string;
  readonly h1Port: number;
  readonly adapter: UnaryAdapter;
  close(): Promise<void>;
}

/** Serves the test routes through the adapter. */
export async function startServers(
  options: Partial<UnaryAdapterOptions> = {},
): Promise<TestServers> {
  const adapter = createUnaryAdapter({ routes: echoRoutes(), ...options });
  const sockets = new Set<Socket>();
  const h2 = createHttp2Server({
    onStream: adapter.onStream,
    onHandlerError: (error) => process.emitWarning(error as Error),
  });
  const h2Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    h2.serve(socket);
  });
  const h1Server = http.createServer(adapter.onRequest);
  h2Server.listen(0, "127.0.0.1");
  h1Server.listen(0, "127.0.0.1");
  await Promise.all([once(h2Server, "listening"), once(h1Server, "listening")]);
  const h2Port = (h2Server.address() as AddressInfo).port;
  const h1Port = (h1Server.address() as AddressInfo).port;
  return {
    adapter,
    h2: `http://127.0.0.1:${h2Port}`,
    h2Port,
    h1: `http://127.0.0.1:${h1Port}`,
    h1Port,
    async close() {
      const closed = Promise.all([once(h2Server, "close"), once(h1Server, "close")]);
      for (const socket of sockets) socket.destroy();
      h1Server.closeAllConnections();
      h2Server.close();
      h1Server.close();
      await closed;
    },
  };
}

/** One length-prefixed message, flags 0. */
export function envelope(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

/** What a raw HTTP/2 request got back. */
export interface RawAnswer {
  readonly headers: Record<string, string>;
  readonly trailers: Record<string, string>;
  readonly body: Buffer;
  /** The stream's final error code. */
  readonly rstCode: number;
}

/** Plays a request over an HTTP/2 session; `end: false` never ends its body, `trailers` end it. */
export function rawHttp2(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  chunks: readonly Uint8Array[],
  end = true,
  trailers?: http2.OutgoingHttpHeaders,
): Promise<RawAnswer> {
  const stream = session.request(headers, {
    endStream: end && chunks.length === 0 && trailers === undefined,
    waitForTrailers: trailers !== undefined,
  });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers ?? {}));
  const answer = { headers: {}, trailers: {}, rstCode: 0 };
  const body: Buffer[] = [];
  stream.on("response", (got) => Object.assign(answer.headers, got));
  stream.on("trailers", (got) => Object.assign(answer.trailers, got));
  stream.on("data", (chunk: Buffer) => body.push(chunk));
  stream.on("error", () => {});
  for (const chunk of chunks) stream.write(chunk);
  if (end && !stream.writableEnded) stream.end();
  return new Promise((resolve) => {
    stream.on("close", () =>
      resolve({ ...answer, body: Buffer.concat(body), rstCode: stream.rstCode }),
    );
  });
}

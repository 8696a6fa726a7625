/** An HTTP/2 server on a free port that answers with what it was sent. For the tests of src/http2. */
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import {
  createHttp2Server,
  encodeHeaderBlock,
  type Http2Server,
  type Http2ServerOptions,
  type ServerStream,
  type StreamHandler,
} from "../../src/http2/index.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

/** A running server. */
export interface AnsweringServer {
  readonly port: number;
  readonly http2: Http2Server;
  /** Why connections were cut, in their order. */
  readonly cuts: string[];
  /** What handlers threw. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

/** How a server differs from one that echoes over plain sockets. */
export interface AnsweringOptions extends Partial<Http2ServerOptions> {
  readonly tls?: boolean;
}

const HEAD = encodeHeaderBlock([
  [":status", "200"],
  ["content-type", "application/octet-stream"],
]);
const NOTHING = Buffer.from("nothing");

/** Answers with the request's body, or with a word where there was none. */
export class Echo implements StreamHandler {
  readonly #stream: ServerStream;
  readonly #parts: Buffer[] = [];

  constructor(stream: ServerStream) {
    this.#stream = stream;
  }

  onData(chunk: Buffer): void {
    this.#parts.push(Buffer.from(chunk));
    this.#stream.consume(chunk.length);
  }

  onEnd(): void {
    const body = this.#parts.length > 0 ? Buffer.concat(this.#parts) : NOTHING;
    this.#stream.respond(HEAD, body);
  }

  onClose(): void {}
}

/** Starts a server. */
export async function startAnsweringServer(
  options: AnsweringOptions = {},
): Promise<AnsweringServer> {
  const cuts: string[] = [];
  const errors: unknown[] = [];
  const http2 = createHttp2Server({
    onStream(stream) {
      stream.handler = new Echo(stream);
    },
    onCut: (_connection, reason) => cuts.push(reason),
    onHandlerError: (error) => errors.push(error),
    ...options,
  });
  const sockets = new Set<net.Socket>();
  const serve = (socket: net.Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    http2.serve(socket);
  };
  const certificate = { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY };
  const listener = options.tls
    ? tls.createServer({ ...certificate, ALPNProtocols: ["h2"], allowHalfOpen: true }, serve)
    : net.createServer({ noDelay: true, allowHalfOpen: true }, serve);
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as net.AddressInfo).port,
    http2,
    cuts,
    errors,
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

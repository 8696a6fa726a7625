/** Sends bytes as they are, over HTTP/1.1 or HTTP/2, and tells what came back. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { type ClientHttp2Session, connect, type SecureClientSessionOptions } from "node:http2";

/** A request, well-formed or not above the level of HTTP. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the body never ends. */
  readonly unfinished?: boolean;
}

/** What came back; `reset` where the server closed the stream instead of answering. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly reset?: string;
}

/** Sends one request after the other, or many at once. */
export interface RawClient {
  send(request: RawRequest): Promise<RawAnswer>;
  close(): void;
}

/** Longer than any answer takes. What is not answered by then hangs, and a hang is a failure. */
const PATIENCE_MS = 20_000;
/** A server takes many resets for an attack; refused bodies that nobody reads make some. */
const REQUESTS_PER_SESSION = 300;

/** A client of HTTP/2 that opens a new session when the server closed the last. */
export function rawHttp2(origin: string, options: SecureClientSessionOptions = {}): RawClient {
  let session: ClientHttp2Session | undefined;
  let requests = 0;
  const open = () => {
    if (!session || session.closed || session.destroyed || ++requests > REQUESTS_PER_SESSION) {
      requests = 0;
      session?.close();
      session = connect(origin, options);
      session.on("error", () => {});
    }
    return session;
  };
  const exchange = ({ method, path, headers, body, unfinished = false }: RawRequest) =>
    new Promise<RawAnswer>((resolve, reject) => {
      const head = { ...headers, ":method": method, ":path": path };
      const stream = open().request(head, { endStream: body.length === 0 && !unfinished });
      const timer = setTimeout(() => reject(new Error("no answer")), PATIENCE_MS);
      let answer: IncomingHttpHeaders & { ":status"?: number | undefined } = {};
      let trailers: IncomingHttpHeaders = {};
      const chunks: Buffer[] = [];
      const finish = (fault?: string) => {
        clearTimeout(timer);
        const told = fault === undefined ? {} : { reset: fault };
        const status = answer[":status"] ?? 0;
        resolve({ status, headers: answer, trailers, body: Buffer.concat(chunks), ...told });
        // An answer may come before the request was read, and then nobody reads the rest.
        if (!stream.writableFinished && !stream.destroyed) stream.close();
      };
      stream.on("response", (received) => {
        answer = received;
      });
      stream.on("trailers", (received) => {
        trailers = received;
      });
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("error", (error) => finish(error.message));
      const answered = () => answer[":status"] !== undefined;
      stream.on("close", () => {
        finish(answered() ? undefined : `closed with code ${stream.rstCode}`);
      });
      stream.on("end", () => {
        // Reading ends on a reset too, before its error is told.
        if (answered()) setImmediate(() => finish());
      });
      if (unfinished) stream.write(body);
      else if (body.length > 0) stream.end(body);
    });
  return {
    close: () => session?.destroy(),
    async send(request) {
      const answer = await exchange(request);
      // Not processed, says the standard: the session was being left. Ask again on the next.
      return answer.reset?.includes("REFUSED_STREAM") ? exchange(request) : answer;
    },
  };
}

/** A client of HTTP/1.1 that keeps its connections. */
export function rawHttp1(origin: string): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return {
    close: () => agent.destroy(),
    send: ({ method, path, headers, body, unfinished = false }) =>
      new Promise((resolve, reject) => {
        const request = httpRequest(`${origin}${path}`, { method, headers, agent });
        request.setTimeout(PATIENCE_MS, () => reject(new Error("no answer")));
        const failed = (error: Error) => {
          const empty = { headers: {}, trailers: {}, body: Buffer.alloc(0) };
          resolve({ status: 0, ...empty, reset: error.message });
        };
        request.on("error", failed);
        request.on("response", (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("error", failed);
          response.on("end", () => {
            const { statusCode: status = 0, headers: received, trailers } = response;
            resolve({ status, headers: received, trailers, body: Buffer.concat(chunks) });
          });
        });
        if (unfinished) request.flushHeaders();
        else request.end(body);
      }),
  };
}

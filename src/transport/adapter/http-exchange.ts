import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";

/** An answer of HTTP, either version. */
export interface HttpResponse {
  /** The status code, 200 to 599. */
  readonly status: number;
  readonly header?: Headers | undefined;
  /** Bytes that are there, or that come piece by piece. Default none. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Sent behind the body. */
  readonly trailer?: Headers | undefined;
}

/** One request and the way to its answer, over either version of HTTP. */
export interface HttpExchange {
  /** `1.1` or `2.0`. */
  readonly httpVersion: string;
  readonly method: string;
  /** The request's target as received: the path, and the query if there is one. */
  readonly path: string;
  /** The request's header fields, names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The id of the request; undefined where nobody names requests. */
  readonly requestId: string | undefined;
  /** The connection; `undefined` once it is gone. */
  readonly socket: Socket | undefined;
  /**
   * The absolute URL of the request.
   *
   * @throws TypeError where host and path make none
   */
  readonly url: string;
  /** The request's body, to be read once. Leaving it early is no fault. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the client goes away, or resets the stream. */
  readonly signal: AbortSignal;
  /** Whether the whole request has come. */
  readonly isRequestRead: boolean;
  /** Whether the answer waits for a client that does not take it. */
  readonly isAnswerUnread: boolean;
  /** Keeps nothing of the body, which nobody will read. */
  dropBody(): void;
  /** Fails the next read of the body, or the one under way, with `reason`. */
  interrupt(reason: unknown): void;
  /** Notes that the client sends its request, or takes its answer, too slowly. */
  noteSlow(): void;
  /** Gives up on the answer: a stream is reset with CANCEL, an HTTP/1.1 connection is closed. */
  drop(): void;
  /** Calls back once when request and answer are over, whichever way. */
  whenClosed(callback: () => void): void;
}

/** Answers a request. What it throws is answered with status 500. */
export type HttpHandler = (exchange: HttpExchange) => HttpResponse | Promise<HttpResponse>;

/** The path of a request's target, without its query. */
export function pathOf({ path }: Pick<HttpExchange, "path">): string {
  const query = path.indexOf("?");
  return query < 0 ? path : path.slice(0, query);
}

/** Whether a request is a call of gRPC, with any format of messages; gRPC-Web is another protocol. */
export function isGrpc({ headers }: Pick<HttpExchange, "headers">): boolean {
  return /^application\/grpc(?:[+;]|$)/i.test(headers["content-type"] ?? "");
}

/**
 * Adds header fields to an answer, where it has none of these names. The answer's own `Headers` are changed: a handler
 * may set further ones until its first message.
 */
export function addHeader(
  response: HttpResponse,
  fields: Readonly<Record<string, string>>,
): HttpResponse {
  const { header = new Headers() } = response;
  for (const name in fields) {
    if (!header.has(name)) header.set(name, fields[name] as string);
  }
  return response.header === undefined ? { ...response, header } : response;
}

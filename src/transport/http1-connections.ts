/** What an HTTP/1.1 connection may ask for, and how it ends. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isOutdated } from "./client-trust.js";
import type { ConnectionAge } from "./connection-age.js";
import { namesHostOnce, toOriginForm } from "./request-target.js";

/** Octets of answers that a client may leave unread before its next request is not served any more. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/**
 * Characters of the headers of requests that wait behind another one. Requests that wait outlive V8's collections of
 * new objects: long headers sent faster than they are answered would fill its old space faster than it is collected.
 */
const MAX_WAITING_HEADERS = 64 * 1024;

/** A connection that has made a request. */
interface Connection {
  /** Answers that are not taken yet, in the order of their requests. */
  readonly open: Set<ServerResponse>;
  /** The last request, and its answer. */
  request: IncomingMessage;
  response: ServerResponse;
  idleSince: number;
  /** Characters of the headers of the requests that came while another one was open. */
  waitingHeaders: number;
  /** Whether it was cut: Node goes on with the requests that it has read already. */
  isCut: boolean;
}

/** The HTTP/1.1 connections of a listener. */
export class Http1Connections {
  readonly #connections = new Map<Socket, Connection>();
  readonly #age: ConnectionAge;
  readonly #maxPipelined: number;
  readonly #onCut: (socket: Socket, reason: string) => void;
  readonly #onRefused: (socket: Socket, status: number) => void;
  #isDraining = false;

  constructor(
    age: ConnectionAge,
    maxPipelined: number,
    onCut: (socket: Socket, reason: string) => void,
    onRefused: (socket: Socket, status: number) => void,
  ) {
    this.#age = age;
    this.#maxPipelined = maxPipelined;
    this.#onCut = onCut;
    this.#onRefused = onRefused;
  }

  /** The same listener, for connections within their bounds. */
  bound(onRequest: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request;
      const known = this.#connections.get(socket);
      const before = known?.response;
      // Node goes on with what it has read: behind a cut, and behind an answer that ends its connection, where nothing
      // may be done any more (RFC 9112, section 9.6).
      if (known?.isCut || (before && endsConnection(before))) return;
      const connection = this.#note(socket, request, response);
      if (
        connection.open.size > this.#maxPipelined ||
        connection.waitingHeaders > MAX_WAITING_HEADERS ||
        socket.writableLength > MAX_UNSENT_BYTES
      ) {
        connection.isCut = true;
        this.#onCut(socket, "answers that nobody reads");
        socket.destroy();
        return;
      }
      const isLast = this.#isDraining || this.#age.isOver(socket) || isOutdated(socket);
      if (isLast) {
        // An answer that is no longer its connection's last must not say so.
        if (before && !before.headersSent) before.setHeader("connection", "keep-alive");
        response.setHeader("connection", "close");
      }
      if (!namesHostOnce(request)) {
        this.#onRefused(socket, 400);
        response.setHeader("connection", "close");
        response.writeHead(400).end();
        return;
      }
      toOriginForm(request);
      onRequest(request, response);
    };
  }

  /** From now on the last answer of every connection says that it is, unless it has begun already. */
  drain(): void {
    this.#isDraining = true;
    for (const { response } of this.#connections.values()) {
      if (!response.headersSent) response.setHeader("connection", "close");
    }
  }

  /**
   * Whether the connections without a request may be closed. Not within `idleMs` milliseconds of the last answer on any
   * of them: a client that uses its connection finds in its next answer that it is to end, and loses nothing. And not
   * while an answer is being sent, which Node takes for done.
   */
  mayCloseIdle(idleMs: number): boolean {
    const now = performance.now();
    for (const { open, idleSince } of this.#connections.values()) {
      if (open.size === 0 && now - idleSince < idleMs) return false;
      for (const response of open) if (response.writableEnded) return false;
    }
    return true;
  }

  /**
   * Whether a connection's last request is still coming although its answer has begun. What is wrong with the rest of
   * such a request gets no answer of its own.
   */
  isAnswered(socket: Socket): boolean {
    const connection = this.#connections.get(socket);
    return (
      connection !== undefined && !connection.request.complete && connection.response.headersSent
    );
  }

  #note(socket: Socket, request: IncomingMessage, response: ServerResponse): Connection {
    const known = this.#connections.get(socket);
    const connection = known ?? {
      open: new Set(),
      request,
      response,
      idleSince: 0,
      waitingHeaders: 0,
      isCut: false,
    };
    if (known === undefined) {
      this.#connections.set(socket, connection);
      socket.once("close", () => {
        this.#connections.delete(socket);
        for (const waiting of connection.open) closeWaiting(waiting);
      });
    }
    connection.request = request;
    connection.response = response;
    const waiting = connection.open.size === 0 ? 0 : headerLength(request);
    connection.waitingHeaders += waiting;
    connection.open.add(response);
    response.once("close", () => {
      connection.waitingHeaders -= waiting;
      connection.open.delete(response);
      connection.idleSince = performance.now();
    });
    return connection;
  }
}

/** Whether an answer is its connection's last: the client wanted it so, or was told. */
function endsConnection(response: ServerResponse): boolean {
  const isTold = response.headersSent && response.getHeader("connection") === "close";
  return isTold || !response.shouldKeepAlive;
}

/** The characters of a request's header fields. */
function headerLength({ rawHeaders }: IncomingMessage): number {
  let length = 0;
  for (const text of rawHeaders) length += text.length;
  return length;
}

/**
 * Closes an answer that waited for those before it when its connection closed. Node closes only the one whose turn it
 * was: the others, with their requests, would be kept until their deadlines.
 */
function closeWaiting(response: ServerResponse): void {
  if (response.socket) return;
  response.destroy();
  response.emit("close");
}

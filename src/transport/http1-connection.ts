/** One HTTP/1.1 connection: its answers in the order of their requests, and its end behind the last of them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Allowance, Budget, endSocket, type UnreadTotal } from "../http2/index.js";
import type { CutReason } from "./cut-reasons.js";
import { endBehindRequest } from "./end-behind-request.js";
import { Http1Backlog } from "./http1-backlog.js";
import { NOTHING, type Refusal } from "./http1-refusals.js";
import { isUnderWay } from "./http1-response.js";

/** Tiny pieces of bodies that a connection may send. */
const TINY_PIECES: Allowance = { burst: 2_000, perSecond: 200, perStream: 50, perAnswerFrame: 0 };

/** What bounds a connection. */
export interface Http1ConnectionBounds {
  /** How long it is kept without a request, whatever else comes, in milliseconds. */
  readonly unusedMs: number;
  /** What of answers waits on all connections, of HTTP/2 as well. */
  readonly unread: UnreadTotal;
  /** A monotonic time in milliseconds. */
  readonly now: () => number;
}

/** A request, and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What is known of a connection over which HTTP/1.1 has come. */
export class Http1Connection {
  readonly #socket: Socket;
  /** Answers that are not taken yet, in the order of their requests. */
  readonly #open = new Set<ServerResponse>();
  /** What of them waits. */
  readonly backlog: Http1Backlog;
  readonly #tinyPieces: Budget;
  readonly #now: () => number;
  #last: Exchange | undefined;
  #idleSince = 0;
  #waitingHeaders = 0;
  #takesRequests = true;
  #isRefused = false;
  /** Ends the connection when no request has come for long. */
  readonly #unused: NodeJS.Timeout;

  /** @param cut is told why the connection is cut */
  constructor(
    socket: Socket,
    { unusedMs, unread, now }: Http1ConnectionBounds,
    cut: (reason: CutReason) => void,
  ) {
    this.#socket = socket;
    this.#now = now;
    this.#unused = setTimeout(() => this.#endUnused(), unusedMs).unref();
    const cutForRoom = () => {
      this.takeNoMore();
      cut("answers read too slowly while there is no room");
      socket.destroy();
    };
    this.backlog = new Http1Backlog(socket, this.#open, unread, cutForRoom, now());
    this.#tinyPieces = new Budget(TINY_PIECES, now());
    // So Node ends a connection behind its last answer: closed with requests unread, it would be reset instead, and
    // what of the answers is not sent yet would be lost.
    socket.destroySoon = () => this.#end();
    socket.once("close", () => {
      clearTimeout(this.#unused);
      this.backlog.close();
      for (const waiting of this.#open) closeWaiting(waiting);
    });
  }

  /** How many answers are not taken yet. */
  get pipelined(): number {
    return this.#open.size;
  }

  /** Characters of the headers of the requests that came while another one was open. */
  get waitingHeaders(): number {
    return this.#waitingHeaders;
  }

  /**
   * Whether another request may be served. Node goes on with what it has read: behind a cut or a refusal, and behind an
   * answer that ends the connection, where nothing may be done any more (RFC 9112, section 9.6).
   */
  get takesRequests(): boolean {
    const last = this.#last?.response;
    return this.#takesRequests && !(last && endsConnection(last));
  }

  /** Has no request served from now on. */
  takeNoMore(): void {
    this.#takesRequests = false;
  }

  /**
   * Ends the connection behind a request of HTTP/1.0 that is still to be answered, and takes no other: an answer of unknown
   * length would end with the connection (RFC 9112, section 6.3), and what was asked behind it be done for nobody.
   *
   * @returns whether there is such a request
   */
  endBehindHttp10(): boolean {
    const last = this.#last;
    if (last?.request.httpVersion !== "1.0" || !this.#open.has(last.response)) return false;
    this.tellLast("close");
    this.refuse(NOTHING, () => {});
    return true;
  }

  /** Takes a request that has come. */
  add(request: IncomingMessage, response: ServerResponse): void {
    this.#last = { request, response };
    this.#tinyPieces.earnStream();
    const waiting = this.#open.size === 0 ? 0 : headerLength(request);
    this.#waitingHeaders += waiting;
    this.#open.add(response);
    response.once("close", () => {
      this.#waitingHeaders -= waiting;
      this.#open.delete(response);
      this.#idleSince = this.#now();
      this.#unused.refresh();
    });
  }

  /** Counts a tiny piece of a body. Whether there may be one more. @param now on the clock of the bounds */
  mayHaveTinyPiece(now: number): boolean {
    return this.#tinyPieces.spend(1, now);
  }

  /** Has the last answer say whether it is the last of the connection, unless it has begun already. */
  tellLast(connection: "close" | "keep-alive"): void {
    const response = this.#last?.response;
    // A refusal comes behind it, and says so itself.
    if (response && !response.headersSent && !this.#isRefused) {
      response.setHeader("connection", connection);
    }
  }

  /** Whether nothing has been asked or answered for `idleMs` milliseconds. @param now on the clock of the bounds */
  isIdle(now: number, idleMs: number): boolean {
    return this.#open.size === 0 && now - this.#idleSince >= idleMs;
  }

  /**
   * Refuses what has come behind the last request, or the rest of that one, and ends the connection: once all answers
   * before are out. A request whose own answer has begun by then gets no other.
   *
   * @param refused is told the status, unless nothing is refused: an answer has ended the connection before
   */
  refuse(refusal: Refusal, refused: (status: number) => void): void {
    if (this.#isRefused) return;
    const atFault = this.#last?.request.complete === false ? this.#last.response : undefined;
    if (!atFault && !this.takesRequests) return;
    this.#isRefused = true;
    this.takeNoMore();
    this.#endBehindAnswers(atFault, refusal, refused);
  }

  /** Does for the connection what Node does until a request for a tunnel has come, so that the answers before get out. */
  takeOver(): void {
    const socket = this.#socket;
    socket.on("drain", () => {
      const [first] = this.#open;
      if (first?.writableNeedDrain) first.emit("drain");
    });
    socket.once("end", () => socket.end());
    // Whatever was meant for the tunnel.
    socket.resume();
  }

  /** Node's own bound counts from the last octet, which may be of an empty line (RFC 9112, section 2.2) and no request. */
  #endUnused(): void {
    const last = this.#last;
    // Timers run before sockets are read: a busy process reads first what came in time.
    setImmediate(() => {
      if (this.#open.size > 0 || this.#last !== last) return;
      this.takeNoMore();
      endSocket(this.#socket);
    });
  }

  #end(): void {
    const request = this.#last?.request;
    if (request && isUnderWay(request)) endBehindRequest(this.#socket, request);
    else endSocket(this.#socket);
  }

  #endBehindAnswers(
    atFault: ServerResponse | undefined,
    refusal: Refusal,
    refused: (status: number) => void,
  ): void {
    const socket = this.#socket;
    const [ahead] = this.#open;
    const isAnswered = atFault?.headersSent ?? false;
    if (ahead && (ahead !== atFault || isAnswered)) {
      ahead.once("close", () => this.#endBehindAnswers(atFault, refusal, refused));
      return;
    }
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    if (!isAnswered) refused(refusal.status);
    if (!isAnswered) socket.write(refusal.answer);
    endSocket(socket);
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

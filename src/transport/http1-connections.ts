/** The HTTP/1.1 connections of a listener: what they may ask for, and how they end. */
import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { isOutdated } from "./client-trust.js";
import type { ConnectionAge } from "./connection-age.js";
import type { CutReason } from "./cut-reasons.js";
import { Http1Connection, type Http1ConnectionBounds } from "./http1-connection.js";
import { NO_TUNNELS, type Refusal } from "./http1-refusals.js";
import { namesHostOnce, offersUpgrade, toOriginForm } from "./request-target.js";

/** Octets of answers that a client may leave unread before its next request is not served any more. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/**
 * Characters of the headers of requests that wait behind another one. Requests that wait outlive V8's collections of
 * new objects: long headers sent faster than they are answered would fill its old space faster than it is collected.
 */
const MAX_WAITING_HEADERS = 64 * 1024;

/** A piece of a body of fewer octets is tiny: what it costs is not its octets. */
const TINY_OCTETS = 64;
/** How often connections are looked at, in milliseconds. */
const SWEEP_MS = 250;

/** What becomes of connections. */
export interface Http1ConnectionsOptions extends Http1ConnectionBounds {
  /** How long a connection may live. */
  readonly age: ConnectionAge;
  /** Requests of a connection that wait for their answers to be taken. */
  readonly maxPipelined: number;
  /** Called for each connection that is cut. */
  readonly onCut: (socket: Socket, reason: CutReason) => void;
  /** Called for each request that is refused here, with the status. */
  readonly onRefused: (socket: Socket, status: number) => void;
}

/** The HTTP/1.1 connections of a listener. */
export class Http1Connections {
  readonly #connections = new Map<Socket, Http1Connection>();
  readonly #options: Http1ConnectionsOptions;
  #sweep: NodeJS.Timeout | undefined;
  #isDraining = false;

  constructor(options: Http1ConnectionsOptions) {
    this.#options = options;
  }

  /** Takes a new connection, which is bounded from now on. */
  accept(socket: Socket): void {
    this.#of(socket);
  }

  /** The same listener, for connections within their bounds. */
  bound(onRequest: RequestListener): RequestListener {
    const { onCut, onRefused } = this.#options;
    return (request, response) => {
      const { socket } = request;
      const connection = this.#of(socket);
      if (connection.endBehindHttp10() || !connection.takesRequests) {
        // Unread, it would hide that the client is gone.
        request.resume();
        return;
      }
      const offersOther = offersUpgrade(request);
      const isLast = offersOther || this.#isToEnd(socket);
      // An answer that is no longer its connection's last must not say so.
      if (isLast) connection.tellLast("keep-alive");
      connection.add(request, response);
      // By then all of it has been written to the socket.
      response.once("prefinish", () => this.#count(connection));
      if (this.#isBeyondBounds(connection, socket)) {
        connection.takeNoMore();
        onCut(socket, "answers that nobody reads");
        socket.destroy();
        return;
      }
      if (isLast) connection.tellLast("close");
      // Node drops what it has read behind such a request: what comes next may be the middle of another one.
      if (offersOther) connection.takeNoMore();
      if (!namesHostOnce(request)) {
        onRefused(socket, 400);
        connection.tellLast("close");
        response.writeHead(400).end();
        return;
      }
      toOriginForm(request);
      onRequest(request, response);
    };
  }

  /** Counts a piece of a request's body; too many tiny ones end the connection. */
  countPiece(socket: Socket, octets: number): void {
    // Node goes on with what it has read.
    if (octets >= TINY_OCTETS || socket.destroyed) return;
    const connection = this.#connections.get(socket);
    if (!connection || connection.mayHaveTinyPiece(this.#options.now())) return;
    connection.takeNoMore();
    this.#options.onCut(socket, "a body in tiny pieces");
    socket.destroy();
  }

  /** Refuses what no listener can be given, and ends its connection behind the answers before; see `Http1Connection`. */
  refuse(socket: Socket, refusal: Refusal): void {
    this.#of(socket).refuse(refusal, (status) => this.#options.onRefused(socket, status));
  }

  /** The same for a request for a tunnel (CONNECT), for which Node gives up the connection. */
  refuseTunnel(socket: Socket): void {
    this.#of(socket).takeOver();
    this.refuse(socket, NO_TUNNELS);
  }

  /** From now on the last answer of every connection says that it is, unless it has begun already. */
  drain(): void {
    this.#isDraining = true;
    for (const connection of this.#connections.values()) connection.tellLast("close");
  }

  /**
   * Closes connections without a request, of those that have made one: not within `idleMs` milliseconds of the last
   * answer, since a client that uses its connection finds in its next answer that it is to end, and loses nothing. And
   * not while an answer is being sent, which Node takes for done.
   */
  closeIdle(server: Server, idleMs: number): void {
    const now = this.#options.now();
    const kept = [...this.#connections].filter(([, connection]) => !connection.isIdle(now, idleMs));
    // Node alone knows on which connections a part of the next request has come. It destroys the others in this call.
    for (const [socket] of kept) socket.destroy = () => socket;
    server.closeIdleConnections();
    for (const [socket] of kept) Reflect.deleteProperty(socket, "destroy");
  }

  /** Whether a connection ends with its next answer. */
  #isToEnd(socket: Socket): boolean {
    return this.#isDraining || this.#options.age.isOver(socket) || isOutdated(socket);
  }

  #isBeyondBounds({ pipelined, waitingHeaders }: Http1Connection, socket: Socket): boolean {
    return (
      pipelined > this.#options.maxPipelined ||
      waitingHeaders > MAX_WAITING_HEADERS ||
      socket.writableLength > MAX_UNSENT_BYTES
    );
  }

  #of(socket: Socket): Http1Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const { onCut } = this.#options;
    const connection = new Http1Connection(socket, this.#options, (reason) =>
      onCut(socket, reason),
    );
    this.#connections.set(socket, connection);
    // What has been read and sent in this turn is seen first: a process that was stopped takes nobody for slow.
    this.#sweep ??= setInterval(() => setImmediate(() => this.#look()), SWEEP_MS);
    socket.once("close", () => this.#forget(socket));
    return connection;
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket);
    if (this.#connections.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  /** Counts what waits of a connection's answers. The bound of all together must hold for the next one. */
  #count({ backlog }: Http1Connection): void {
    backlog.count();
    const { unread, now } = this.#options;
    if (unread.isFarBeyond) unread.relieve(now());
  }

  #look(): void {
    const now = this.#options.now();
    for (const { backlog } of this.#connections.values()) backlog.look(now);
    this.#options.unread.relieve(now);
  }
}

/** The body of an HTTP/1.1 request that goes the long way. */
import type { IncomingMessage } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";
import { RequestBody } from "./request-body.js";

/** What is read before anybody asks for it, in bytes; a turn of the event loop may bring more. */
const MOST_UNREAD = 64 * 1024;

/**
 * Reads a body as it comes, whether or not somebody waits for it: Node keeps each chunk of a body that nobody reads by
 * itself, at hundreds of bytes for one of a single byte. To stop for want of a reader, the socket is paused as well,
 * since Node would read on for the request.
 */
export class Http1Body {
  readonly body: RequestBody;
  readonly #request: IncomingMessage;
  readonly #note: (memory: number) => void;
  #unread = 0;
  #isPaused = false;
  #hasEnded = false;

  /** @param note is told how much memory is held of what nobody has read, in bytes, whenever that changes */
  constructor(request: IncomingMessage, note: (memory: number) => void) {
    this.#request = request;
    this.#note = note;
    this.body = new RequestBody((bytes) => this.#onRead(bytes));
    request.on("data", (chunk: Buffer) => this.#onData(chunk));
    request.once("end", () => {
      // A request whose connection breaks ends too.
      if (request.destroyed) return;
      this.#hasEnded = true;
      this.body.end();
    });
    request.once("close", () => {
      if (!this.#hasEnded) this.fail(new ConnectError("the client is gone", Code.Canceled));
    });
  }

  /** Keeps nothing of what comes. It is read on, or it would hide that the client is gone. */
  drop(): void {
    this.body.drop();
    this.#forget();
  }

  /** Fails the read under way, or the next one. */
  fail(reason: unknown): void {
    this.body.fail(reason);
    this.#forget();
  }

  #onData(chunk: Buffer): void {
    if (this.body.isDropped) return;
    this.#unread += chunk.byteLength;
    this.body.push(chunk);
    this.#note(this.body.memory);
    if (this.#unread > MOST_UNREAD && !this.#isPaused) {
      this.#isPaused = true;
      // Behind the chunks that have been read with this one, and behind Node's asking for more.
      setImmediate(() => this.#pause());
    }
  }

  #onRead(bytes: number): void {
    this.#unread -= bytes;
    this.#note(this.body.memory);
    if (this.#unread <= MOST_UNREAD) this.#resume();
  }

  #forget(): void {
    this.#unread = 0;
    this.#note(0);
    this.#resume();
  }

  #pause(): void {
    const { socket } = this.#request;
    if (!this.#isPaused || this.#hasEnded) return;
    this.#request.pause();
    socket.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#hasEnded) return;
    this.#request.resume();
    this.#request.socket.resume();
  }
}

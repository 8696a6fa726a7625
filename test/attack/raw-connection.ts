/** A connection that sends whatever it is given, and notes when the server has had enough. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { FLAG, frame, PREFACE, TYPE } from "./frames.js";
import { StreamEnds } from "./stream-ends.js";

/** Where a connection leads. */
export interface Destination {
  readonly port: number;
  /** What it speaks over TLS; undefined where nothing is encrypted. */
  readonly alpn?: "h2" | "http/1.1" | undefined;
}

/** One connection of an attacker. */
export class RawConnection {
  /** Frames, requests or pieces sent so far. */
  sent = 0;
  readonly #socket: Socket;
  readonly #over: AbortSignal;
  readonly #ends = new StreamEnds();
  #received = "";

  private constructor(socket: Socket, over: AbortSignal) {
    this.#socket = socket;
    this.#over = over;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      this.#ends.push(chunk);
      this.#received = (this.#received + chunk.toString("latin1")).slice(-1000);
    });
    socket.on("end", () => socket.destroy());
  }

  /** Connects. `over` ends the attack. */
  static async open({ port, alpn }: Destination, over: AbortSignal): Promise<RawConnection> {
    const raw = connect({ port, host: "127.0.0.1", noDelay: true });
    // Whoever attacks does not ask whose certificate it is.
    const options = { socket: raw, ALPNProtocols: [alpn ?? ""], rejectUnauthorized: false };
    const socket = alpn === undefined ? raw : connectTls(options);
    const connection = new RawConnection(socket, over);
    const opened = once(socket, alpn === undefined ? "connect" : "secureConnect");
    // A server may close it before its handshake is over.
    await Promise.race([opened, once(socket, "close")]).catch(() => {});
    return connection;
  }

  /** Whether there is any point in going on. */
  get going(): boolean {
    return !this.closed && !this.#over.aborted;
  }

  /** Whether the connection is gone. Unless the attacker left, the server closed it. */
  get closed(): boolean {
    return this.#socket.destroyed;
  }

  /** How many streams of HTTP/2 the server has ended. */
  get streamsEnded(): number {
    return this.#ends.count;
  }

  /** The last of what the server sent, for a look at its status line. */
  get received(): string {
    return this.#received;
  }

  /** Begins HTTP/2. The server's own settings are acknowledged unseen. */
  begin(...frames: Buffer[]): Promise<void> {
    const ack = frame(TYPE.settings, FLAG.ack, 0, Buffer.alloc(0));
    const settings = frames.length > 0 ? frames : [frame(TYPE.settings, 0, 0, Buffer.alloc(0))];
    return this.write(Buffer.concat([PREFACE, ...settings, ack]), 0);
  }

  /** Sends bytes that count as `count` frames, and waits until they may be on their way. */
  async write(bytes: Buffer | string, count = 1): Promise<void> {
    if (!this.going) return;
    this.sent += count;
    const free = this.#socket.write(bytes);
    // A turn of the loop, or the end of the connection would never be noticed.
    if (free) await new Promise((resolve) => setImmediate(resolve));
    else await this.#either("drain");
  }

  /** Sends the same bytes again and again, as fast as they are taken. */
  async flood(bytes: Buffer, count: number): Promise<void> {
    while (this.going) await this.write(bytes, count);
  }

  /** Stops to read, as a client does that wants answers to pile up. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Waits for some milliseconds, or until there is no more point in it. */
  async wait(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (this.going && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(20, ms)));
    }
  }

  /** Waits for the end. */
  waitForEnd(): Promise<void> {
    return this.wait(Number.POSITIVE_INFINITY);
  }

  /** Leaves. */
  leave(): void {
    this.#socket.destroy();
  }

  #either(event: string): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#socket.off(event, done);
        this.#socket.off("close", done);
        this.#over.removeEventListener("abort", done);
        resolve();
      };
      this.#socket.on(event, done);
      this.#socket.on("close", done);
      this.#over.addEventListener("abort", done);
    });
  }
}

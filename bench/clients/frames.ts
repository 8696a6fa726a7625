/**
 * The least of an HTTP/2 client (RFC 9113): it sends one request over and over and notes when each
 * answer ends. It reads no headers and costs a few microseconds a call, so that what it measures is
 * the server.
 */
import { connect, type Socket } from "node:net";
import { frame, HEAD_LENGTH, literal, STREAM_OFFSET, uint32 } from "./frame-bytes.js";

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;
/** The window of a connection and of a stream until the server says otherwise. */
const DEFAULT_WINDOW = 65_535;
/** How much the server may send in all: more than any measurement takes. */
const OWN_WINDOW = 2 ** 31 - 1 - DEFAULT_WINDOW;
/** How many calls may be under way on a connection; every server here takes that many. */
const MAX_STREAMS = 100;
/** HPACK, RFC 7541: entries of the static table, and where the dynamic one begins. */
const METHOD_POST = 0x83;
const SCHEME_HTTP = 0x86;
const FIRST_DYNAMIC = 62;

/** What is sent over and over. */
export interface FrameRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A connection. Calls beyond what it may carry at a time wait their turn. */
export class FrameConnection {
  readonly #socket: Socket;
  readonly #request: FrameRequest;
  /** Every request but the first. */
  readonly #later: Buffer;
  readonly #onAnswer: (tag: number, ok: boolean) => void;
  readonly #underWay = new Map<number, { tag: number; ok: boolean }>();
  readonly #waiting: number[] = [];
  #nextStream = 1;
  #window = DEFAULT_WINDOW;
  #rest: Buffer = Buffer.alloc(0);

  /** Opens a connection. `onAnswer` gets what `send` was given, and whether there was a message. */
  constructor(port: number, request: FrameRequest, onAnswer: (tag: number, ok: boolean) => void) {
    this.#request = request;
    this.#onAnswer = onAnswer;
    this.#later = this.#encode(false);
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => this.#read(chunk));
    this.#socket.on("error", (error) => {
      throw error;
    });
    const window = frame(WINDOW_UPDATE, 0, 0, uint32(OWN_WINDOW));
    this.#socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, Buffer.alloc(0)), window]));
  }

  /** Sends the request, or lets it wait. */
  send(tag: number): void {
    this.#waiting.push(tag);
    this.#flush();
  }

  close(): void {
    this.#socket.destroy();
  }

  #flush(): void {
    const { length } = this.#request.body;
    while (
      this.#waiting.length > 0 &&
      this.#underWay.size < MAX_STREAMS &&
      this.#window >= length
    ) {
      const tag = this.#waiting.shift() as number;
      const stream = this.#nextStream;
      this.#nextStream += 2;
      this.#window -= length;
      this.#underWay.set(stream, { tag, ok: false });
      const bytes = stream === 1 ? this.#encode(true) : Buffer.from(this.#later);
      bytes.writeUInt32BE(stream, STREAM_OFFSET);
      bytes.writeUInt32BE(stream, bytes.length - length - HEAD_LENGTH + STREAM_OFFSET);
      this.#socket.write(bytes);
    }
  }

  /**
   * HEADERS and DATA of a stream that is still to be filled in. The first request puts every field
   * into HPACK's dynamic table, later ones point there.
   */
  #encode(first: boolean): Buffer {
    const { path, headers, body } = this.#request;
    const fields = [[":path", path], [":authority", "localhost"], ...Object.entries(headers)];
    const block = fields.map(([name = "", value = ""], i) =>
      first
        ? Buffer.concat([Buffer.of(0x40), literal(name), literal(value)])
        : Buffer.of(0x80 | (FIRST_DYNAMIC + fields.length - 1 - i)),
    );
    const head = Buffer.concat([Buffer.of(METHOD_POST, SCHEME_HTTP), ...block]);
    return Buffer.concat([frame(HEADERS, END_HEADERS, 0, head), frame(DATA, END_STREAM, 0, body)]);
  }

  #read(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEAD_LENGTH) {
      const end = HEAD_LENGTH + bytes.readUIntBE(0, 3);
      if (bytes.length < end) break;
      const stream = bytes.readUInt32BE(STREAM_OFFSET) & 0x7fffffff;
      this.#take(bytes[3] as number, bytes[4] as number, stream, bytes.subarray(HEAD_LENGTH, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === GOAWAY) throw new Error(`the server closes: ${payload.subarray(8).toString()}`);
    if (type === SETTINGS && !(flags & ACK)) {
      this.#socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
    }
    if (type === PING && !(flags & ACK)) this.#socket.write(frame(PING, ACK, 0, payload));
    if (type === WINDOW_UPDATE && stream === 0) {
      this.#window += payload.readUInt32BE(0);
      this.#flush();
    }
    const call = this.#underWay.get(stream);
    if (call === undefined) return;
    if (type === DATA && payload.length > 0) call.ok = true;
    const ended = (type === DATA || type === HEADERS) && flags & END_STREAM;
    if (!ended && type !== RST_STREAM) return;
    this.#underWay.delete(stream);
    this.#onAnswer(call.tag, call.ok);
    this.#flush();
  }
}

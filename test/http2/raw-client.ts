/** A client that sends whatever frames a test gives it, and tells what came back in words. */
import { once } from "node:events";
import net from "node:net";
import { ErrorCode } from "../../src/http2/index.js";
import { FLAG, frame, headerBlock, number32, PREFACE, setting, TYPE } from "../attack/frames.js";

export { FLAG, frame, headerBlock, number32, setting, TYPE };

/** A frame that the server sent. */
export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Headers of a request that is answered. */
export const REQUEST = {
  ":method": "POST",
  ":scheme": "http",
  ":path": "/",
  ":authority": "localhost",
};
const TYPE_NAMES = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
  "CONTINUATION",
];
const CODE_NAMES = new Map(Object.entries(ErrorCode).map(([name, code]) => [code as number, name]));
const NOTHING = Buffer.alloc(0);

/** HEADERS with END_HEADERS. */
export function headers(stream: number, fields: Record<string, string> = REQUEST, end = true) {
  const flags = FLAG.endHeaders | (end ? FLAG.endStream : 0);
  return frame(TYPE.headers, flags, stream, headerBlock(fields));
}

/** DATA. */
export function data(stream: number, payload: Uint8Array | string, end = false): Buffer {
  return frame(TYPE.data, end ? FLAG.endStream : 0, stream, Buffer.from(payload));
}

/** RST_STREAM. */
export function reset(stream: number, code: number = ErrorCode.CANCEL): Buffer {
  return frame(TYPE.reset, 0, stream, number32(code));
}

/** WINDOW_UPDATE. */
export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(TYPE.windowUpdate, 0, stream, number32(increment));
}

/** One connection. */
export class RawClient {
  /** All that came so far, but for SETTINGS and WINDOW_UPDATE of the beginning. */
  readonly frames: ReceivedFrame[] = [];
  readonly socket: net.Socket;
  /** Whether the server has ended its side, or the connection is gone. */
  ended = false;
  #rest: Buffer = NOTHING;
  #pings = 0;
  #wake: (() => void) | undefined;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    const end = () => {
      this.ended = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("close", end);
    socket.on("data", (chunk) => this.#read(chunk));
  }

  /** Connects without a word. */
  static async connect(port: number): Promise<RawClient> {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Connects and begins HTTP/2. @param settings what the client sends as its SETTINGS */
  static async open(port: number, settings = frame(TYPE.settings, 0, 0, NOTHING)) {
    const client = await RawClient.connect(port);
    client.send(PREFACE, settings, frame(TYPE.settings, FLAG.ack, 0, NOTHING));
    await client.settle();
    client.frames.length = 0;
    return client;
  }

  /** Sends bytes in one write. */
  send(...parts: (Buffer | string)[]): void {
    if (this.socket.writable)
      this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  /** Waits until the server has served all that was sent, or has ended the connection. */
  async settle(): Promise<void> {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(++this.#pings, 4);
    this.send(frame(TYPE.ping, 0, 0, payload));
    await this.waitFor(
      (received) => received.type === TYPE.ping && received.payload.equals(payload),
    );
    const at = this.frames.findIndex(({ payload: each }) => each.equals(payload));
    if (at >= 0) this.frames.splice(at, 1);
  }

  /** Waits for a frame, or for the end of the connection. */
  async waitFor(isIt: (received: ReceivedFrame) => boolean): Promise<ReceivedFrame | undefined> {
    for (;;) {
      const found = this.frames.find(isIt);
      if (found !== undefined || this.ended) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends, and tells what came back in words, and the end of the connection as "end". */
  async outcome(...parts: (Buffer | string)[]): Promise<string[]> {
    this.frames.length = 0;
    this.send(...parts);
    await this.settle();
    return this.words();
  }

  /** What came in words: "RST_STREAM 1 PROTOCOL_ERROR". */
  words(): string[] {
    return [...this.frames.map(wordsOf), ...(this.ended ? ["end"] : [])];
  }

  /** Leaves. */
  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    let bytes = Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
      const size = bytes.readUIntBE(0, 3);
      this.frames.push({
        type: bytes[3] as number,
        flags: bytes[4] as number,
        stream: bytes.readUInt32BE(5),
        payload: Buffer.from(bytes.subarray(9, 9 + size)),
      });
      bytes = bytes.subarray(9 + size);
    }
    this.#rest = bytes;
    this.#wake?.();
  }
}

function wordsOf({ type, flags, stream, payload }: ReceivedFrame): string {
  const parts = [TYPE_NAMES[type] ?? `type ${type}`];
  if (type === TYPE.goaway) {
    parts.push(CODE_NAMES.get(payload.readUInt32BE(4)) ?? "unknown code");
    return parts.join(" ");
  }
  if (stream !== 0) parts.push(`${stream}`);
  if (type === TYPE.reset) parts.push(CODE_NAMES.get(payload.readUInt32BE(0)) ?? "unknown code");
  if (type === TYPE.data) parts.push(`${payload.length}`);
  if (type === TYPE.windowUpdate) parts.push(`+${payload.readUInt32BE(0)}`);
  if ((type === TYPE.data || type === TYPE.headers) && flags & FLAG.endStream) parts.push("end");
  return parts.join(" ");
}

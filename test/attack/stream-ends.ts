/** Counts the streams that a server has ended, so that an attack can go on with as many. */
import { FLAG, TYPE } from "./frames.js";

const HEAD = 9;

/** Reads the frames that a server sends, wherever the reads cut them. */
export class StreamEnds {
  /** How many streams have ended. */
  count = 0;
  /** The head of a frame that has not come whole. */
  #head = Buffer.alloc(0);
  /** Octets of a payload that are still to come. */
  #payload = 0;

  /** Takes what has come. */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      const skipped = Math.min(this.#payload, rest.length);
      this.#payload -= skipped;
      rest = rest.subarray(skipped);
      const missing = HEAD - this.#head.length;
      this.#head = Buffer.concat([this.#head, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (this.#head.length === HEAD) this.#take();
    }
  }

  #take(): void {
    const [type, flags] = [this.#head[3], this.#head[4] as number];
    this.#payload = this.#head.readUIntBE(0, 3);
    this.#head = Buffer.alloc(0);
    const mayEnd = type === TYPE.data || type === TYPE.headers;
    if (type === TYPE.reset || (mayEnd && (flags & FLAG.endStream) !== 0)) this.count++;
  }
}

import { Code, ConnectError } from "@connectrpc/connect";
import { GatheredBytes } from "./gathered-bytes.js";

/** Collects the bytes of one request and finds the message in them. */
export interface MessageBody {
  /** How much memory the bytes take, in bytes. */
  readonly memory: number;
  /**
   * Takes the next bytes.
   *
   * @returns `true` when the verdict is certain and nothing more needs to be read
   */
  push(chunk: Buffer): boolean;
  /**
   * Parses the message, once `push` returned `true` or the request has ended. The bytes are let go.
   *
   * @param own whether `parse` must be given memory that holds nothing else; see `GatheredBytes`
   * @throws ConnectError when the bytes are not one whole message within the limit
   */
  message<T>(parse: (bytes: Buffer) => T, own: boolean): T;
}

/** A body that is the message, as in Connect's unary protocol. */
export class BareBody implements MessageBody {
  readonly #maxBytes: number;
  readonly #bytes = new GatheredBytes();
  #isTooLarge = false;

  /** @param maxBytes the largest message to accept, in bytes */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get memory(): number {
    return this.#bytes.memory;
  }

  push(chunk: Buffer): boolean {
    this.#isTooLarge = this.#bytes.length + chunk.length > this.#maxBytes;
    if (!this.#isTooLarge) this.#bytes.push(chunk);
    return this.#isTooLarge;
  }

  message<T>(parse: (bytes: Buffer) => T, own: boolean): T {
    if (this.#isTooLarge) throw messageTooLarge(this.#maxBytes);
    const bytes = this.#bytes.slice(0, this.#bytes.length, own);
    this.#bytes.clear();
    return parse(bytes);
  }
}

/**
 * The error of a message beyond its limit, with the text Connect uses.
 *
 * @param maxBytes the limit
 * @param size the message's size, where it is known
 */
export function messageTooLarge(maxBytes: number, size?: number): ConnectError {
  const told = size === undefined ? "" : ` ${size}`;
  return new ConnectError(
    `message size${told} is larger than configured readMaxBytes ${maxBytes}`,
    Code.ResourceExhausted,
  );
}

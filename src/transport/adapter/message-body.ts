import { Code, ConnectError } from "@connectrpc/connect";

/** Collects the bytes of one request and finds the message in them. */
export interface MessageBody {
  /**
   * Takes the next bytes.
   *
   * @returns `true` when the verdict is certain and nothing more needs to be read
   */
  push(chunk: Buffer): boolean;
  /**
   * Parses the message, once `push` returned `true` or the request has ended. The bytes are let go.
   *
   * @param own whether `parse` must be given memory that holds nothing else; see `sliceChunks`
   * @throws ConnectError when the bytes are not one whole message within the limit
   */
  message<T>(parse: (bytes: Buffer) => T, own: boolean): T;
}

/** A body that is the message, as in Connect's unary protocol. */
export class BareBody implements MessageBody {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #size = 0;

  /** @param maxBytes the largest message to accept, in bytes */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): boolean {
    this.#size += chunk.byteLength;
    if (this.#size > this.#maxBytes) return true;
    this.#chunks.push(chunk);
    return false;
  }

  message<T>(parse: (bytes: Buffer) => T, own: boolean): T {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (this.#size > this.#maxBytes) throw messageTooLarge(this.#maxBytes);
    return parse(sliceChunks(chunks, 0, this.#size, own));
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

/**
 * The `length` bytes from `offset` on, where they lie if they lie in one chunk.
 *
 * @param own whether they must be copied into memory of their own: Node's chunks are windows onto buffers shared with
 * other requests, and a parsed `bytes` field is a window onto what was parsed
 */
export function sliceChunks(
  chunks: readonly Buffer[],
  offset: number,
  length: number,
  own: boolean,
): Buffer {
  if (!own && chunks.length === 1) return chunks[0]!.subarray(offset, offset + length);
  const target = Buffer.allocUnsafeSlow(length);
  let skip = offset;
  let filled = 0;
  for (const chunk of chunks) {
    if (filled === length) break;
    if (skip >= chunk.byteLength) {
      skip -= chunk.byteLength;
      continue;
    }
    const part = chunk.subarray(skip, skip + length - filled);
    target.set(part, filled);
    filled += part.byteLength;
    skip = 0;
  }
  return target;
}

import { Code, ConnectError } from "@connectrpc/connect";
import { compressedFlag } from "@connectrpc/connect/protocol";
import type { BodyState, MessageBody } from "./message-body.js";
import { messageTooLarge, sliceChunks } from "./message-body.js";

/** One byte of flags, four bytes of length, big-endian. */
const HEAD_BYTES = 5;

interface EnvelopeHead {
  readonly flags: number;
  readonly length: number;
}

/**
 * A body of gRPC's length-prefixed messages, of which a unary call has exactly one.
 *
 * Stops reading at the first byte that decides the verdict: the head of a message beyond the limit, or the end of a
 * second message. So no more than two messages within the limit are ever held. Faults are found in the order in which
 * Connect finds them: the first message is judged before the second.
 */
export class EnvelopeBody implements MessageBody {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #first: EnvelopeHead | undefined;
  #second: EnvelopeHead | undefined;

  /** @param maxBytes the largest message to accept, in bytes, its five-byte prefix not counted */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): BodyState {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    this.#first ??= this.#readHead(0);
    if (this.#first === undefined) return "partial";
    if (this.#first.length > this.#maxBytes) return "refused";
    const secondAt = HEAD_BYTES + this.#first.length;
    if (this.#size <= secondAt) return "partial";
    this.#second ??= this.#readHead(secondAt);
    if (this.#second === undefined) return "partial";
    const tooLong = this.#second.length > this.#maxBytes;
    const ended = this.#size >= secondAt + HEAD_BYTES + this.#second.length;
    return tooLong || ended ? "refused" : "partial";
  }

  message<T>(parse: (bytes: Uint8Array) => T): T {
    // Connect's decoder forgets a head that no data follows; for the first message that is the better answer.
    if (this.#size === 0 || (this.#size === HEAD_BYTES && (this.#first?.length ?? 0) > 0)) {
      this.#assertWithinLimit(this.#first);
      throw protocolError("missing input message for unary method", Code.Unimplemented);
    }
    const message = this.#parseAt(0, this.#first, parse);
    const secondAt = HEAD_BYTES + (this.#first?.length ?? 0);
    if (this.#size > secondAt) {
      this.#parseAt(secondAt, this.#second, parse);
      throw protocolError("received extra input message for unary method", Code.Unimplemented);
    }
    return message;
  }

  #parseAt<T>(offset: number, head: EnvelopeHead | undefined, parse: (bytes: Uint8Array) => T): T {
    this.#assertWithinLimit(head);
    if (head === undefined || this.#size < offset + HEAD_BYTES + head.length) {
      throw protocolError("incomplete envelope", Code.InvalidArgument);
    }
    if ((head.flags & compressedFlag) !== 0) {
      throw new ConnectError(
        "received compressed envelope, but do not know how to decompress",
        Code.Internal,
      );
    }
    return parse(sliceChunks(this.#chunks, offset + HEAD_BYTES, head.length));
  }

  #assertWithinLimit(head: EnvelopeHead | undefined): void {
    if (head !== undefined && head.length > this.#maxBytes) {
      throw messageTooLarge(this.#maxBytes, head.length);
    }
  }

  #readHead(offset: number): EnvelopeHead | undefined {
    if (this.#size < offset + HEAD_BYTES) return undefined;
    const first = this.#chunks[0]!;
    // A whole small request arrives in one chunk: read where it lies.
    const whole = first.byteLength === this.#size;
    const bytes = whole ? first : sliceChunks(this.#chunks, offset, HEAD_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset + (whole ? offset : 0), HEAD_BYTES);
    return { flags: view.getUint8(0), length: view.getUint32(1) };
  }
}

function protocolError(text: string, code: Code): ConnectError {
  return new ConnectError(`protocol error: ${text}`, code);
}

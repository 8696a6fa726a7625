import { Code, ConnectError } from "@connectrpc/connect";
import { compressedFlag } from "@connectrpc/connect/protocol";
import { GatheredBytes } from "./gathered-bytes.js";
import type { MessageBody } from "./message-body.js";
import { messageTooLarge } from "./message-body.js";

/** One byte of flags, four bytes of length, big-endian. */
const HEAD_BYTES = 5;
/** The length of a message whose head has not come yet. */
const UNKNOWN = -1;
/** Flags that no version of gRPC gives a meaning to. */
const RESERVED_FLAGS = ~compressedFlag;

/**
 * A body of gRPC's length-prefixed messages, of which a unary call and a server stream have exactly one.
 *
 * Stops reading at the first byte that decides the verdict: the head of a message beyond the limit or with reserved
 * flags, or the end of a second message. So no more than two messages within the limit are ever held. Faults are found
 * in the order in which Connect finds them: the first message is judged before the second.
 */
export class EnvelopeBody implements MessageBody {
  readonly #maxBytes: number;
  readonly #methodKind: string;
  readonly #bytes = new GatheredBytes();
  #firstLength = UNKNOWN;
  #secondLength = UNKNOWN;

  /**
   * @param maxBytes the largest message to accept, in bytes, its five-byte prefix not counted
   * @param methodKind what errors call the method
   */
  constructor(maxBytes: number, methodKind: "unary" | "server-streaming") {
    this.#maxBytes = maxBytes;
    this.#methodKind = methodKind;
  }

  get memory(): number {
    return this.#bytes.memory;
  }

  push(chunk: Buffer): boolean {
    this.#bytes.push(chunk);
    if (this.#firstLength === UNKNOWN) this.#firstLength = this.#readLength(0);
    if (this.#firstLength === UNKNOWN) return false;
    if (this.#firstLength > this.#maxBytes || this.#hasReservedFlags(0)) return true;
    const secondAt = HEAD_BYTES + this.#firstLength;
    if (this.#bytes.length <= secondAt) return false;
    if (this.#secondLength === UNKNOWN) this.#secondLength = this.#readLength(secondAt);
    if (this.#secondLength === UNKNOWN) return false;
    const isWrong = this.#secondLength > this.#maxBytes || this.#hasReservedFlags(secondAt);
    const ended = this.#bytes.length >= secondAt + HEAD_BYTES + this.#secondLength;
    return isWrong || ended;
  }

  message<T>(parse: (bytes: Buffer) => T, own: boolean): T {
    try {
      return this.#message(parse, own);
    } finally {
      this.#bytes.clear();
    }
  }

  #message<T>(parse: (bytes: Buffer) => T, own: boolean): T {
    this.#assertNoReservedFlags(0);
    // Connect's decoder forgets a head that no data follows; for the first message that is the better answer.
    if (this.#bytes.length === 0 || (this.#bytes.length === HEAD_BYTES && this.#firstLength > 0)) {
      this.#assertWithinLimit(this.#firstLength);
      throw protocolError(
        `missing input message for ${this.#methodKind} method`,
        Code.Unimplemented,
      );
    }
    const message = this.#parseAt(0, this.#firstLength, parse, own);
    const secondAt = HEAD_BYTES + this.#firstLength;
    if (this.#bytes.length > secondAt) {
      this.#assertNoReservedFlags(secondAt);
      this.#parseAt(secondAt, this.#secondLength, parse, own);
      const text = `received extra input message for ${this.#methodKind} method`;
      throw protocolError(text, Code.Unimplemented);
    }
    return message;
  }

  #parseAt<T>(offset: number, length: number, parse: (bytes: Buffer) => T, own: boolean): T {
    this.#assertWithinLimit(length);
    if (length === UNKNOWN || this.#bytes.length < offset + HEAD_BYTES + length) {
      throw protocolError("incomplete envelope", Code.InvalidArgument);
    }
    if ((this.#bytes.at(offset) & compressedFlag) !== 0) {
      throw new ConnectError(
        "received compressed envelope, but do not know how to decompress",
        Code.Internal,
      );
    }
    return parse(this.#bytes.slice(offset + HEAD_BYTES, length, own));
  }

  /** INTERNAL, as grpc-go, grpc-java and gRPC's core have it: what follows cannot be understood. */
  #assertNoReservedFlags(offset: number): void {
    if (!this.#hasReservedFlags(offset)) return;
    throw protocolError("reserved flags of an envelope are set", Code.Internal);
  }

  #hasReservedFlags(offset: number): boolean {
    return this.#bytes.length > offset && (this.#bytes.at(offset) & RESERVED_FLAGS) !== 0;
  }

  #assertWithinLimit(length: number): void {
    if (length > this.#maxBytes) throw messageTooLarge(this.#maxBytes, length);
  }

  #readLength(offset: number): number {
    if (this.#bytes.length < offset + HEAD_BYTES) return UNKNOWN;
    return this.#bytes.slice(offset, HEAD_BYTES, false).readUInt32BE(1);
  }
}

function protocolError(text: string, code: Code): ConnectError {
  return new ConnectError(`protocol error: ${text}`, code);
}

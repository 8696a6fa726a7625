/** Hands Connect's decoders whole messages, however small the pieces in which they come. */
import { compressedFlag } from "@connectrpc/connect/protocol";
import { GatheredBytes } from "./gathered-bytes.js";

/** One byte of flags, four bytes of length, big-endian. */
const HEAD_BYTES = 5;

/** How a request's body is read. */
export interface BodyForm {
  /** Whether it is length-prefixed messages; else it is one message. */
  readonly isEnveloped: boolean;
  /** Whether its method takes one message: that is kept until the body has ended. */
  readonly isSingle: boolean;
  /** The largest message, in bytes. */
  readonly maxBytes: number;
}

/** Whether a request of this content type is length-prefixed messages: gRPC, gRPC-Web, streams of Connect. */
export function isEnveloped(contentType: string): boolean {
  return /^application\/(?:grpc|connect\+)/i.test(contentType);
}

/**
 * The same body in as few pieces as can be: of an enveloped one each message with its head, of any other the whole.
 * Connect's decoder adds up all pieces of a message whenever one more comes, and each piece costs it a dozen promises: a
 * body sent byte by byte would take time by the square of its length. From where a body can only be refused, it passes
 * as it comes.
 *
 * @param tell is given the memory that the body takes, in bytes, with each chunk, and `undefined` at the end, whichever
 * way it comes
 */
export async function* gatheredBody(
  body: AsyncIterable<Uint8Array>,
  form: BodyForm,
  tell: (memory: number | undefined) => void,
): AsyncGenerator<Buffer> {
  const held = new GatheredBytes();
  let kept = 0;
  let isRefused = false;
  try {
    for await (const { buffer, byteOffset, byteLength } of body) {
      held.push(Buffer.from(buffer, byteOffset, byteLength));
      for (let size = wholeSize(held, form); size > 0; size = wholeSize(held, form)) {
        if (form.isSingle) kept += size;
        yield held.take(size);
      }
      isRefused ||= isBeyond(held, form);
      if (isRefused && held.length > 0) yield held.take(held.length);
      tell(kept + held.memory);
    }
    // The whole, or a message that is not: Connect says so.
    if (held.length > 0) yield held.take(held.length);
  } finally {
    tell(undefined);
  }
}

/** The size of the message that has come whole, with its head; 0 where there is none. */
function wholeSize(held: GatheredBytes, { isEnveloped, maxBytes }: BodyForm): number {
  if (!isEnveloped || held.length < HEAD_BYTES) return 0;
  const length = lengthOf(held);
  return length <= maxBytes && held.length >= HEAD_BYTES + length ? HEAD_BYTES + length : 0;
}

/** Whether it is certain that what comes is refused: for its size, or for its flags. */
function isBeyond(held: GatheredBytes, { isEnveloped, maxBytes }: BodyForm): boolean {
  if (!isEnveloped) return held.length > maxBytes;
  if (held.length < HEAD_BYTES) return false;
  return lengthOf(held) > maxBytes || (held.at(0) & ~compressedFlag) !== 0;
}

function lengthOf(held: GatheredBytes): number {
  return held.slice(0, HEAD_BYTES, false).readUInt32BE(1);
}

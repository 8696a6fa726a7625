/** Methods that answer on the short way without messages; see "Direct methods" in the README. */
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";

/**
 * A unary method that answers without making a message: what `call` gives is written at once, in whichever format the
 * client asks for. It must answer as the method's handler on the router does, which serves the long way.
 */
export interface DirectMethod {
  /** Looks at a binary request before it is parsed. Throws what the client is told. */
  readonly checkBinary?: (bytes: Buffer) => void;
  /** Reads a binary request that `call` can do with, or gives `undefined` to have it parsed as a message. */
  readonly fromBinary?: (bytes: Buffer) => unknown;
  /** The same of a request in JSON. */
  readonly fromJson?: (bytes: Buffer) => unknown;
  /** Does the work, synchronously. Throws what the handler would throw. */
  readonly call: (request: MessageShape<DescMessage>, context: HandlerContext) => unknown;
  /** The answer in binary, behind `reserve` bytes that are the adapter's to fill. */
  readonly toBinary: (value: unknown, reserve: number) => Uint8Array;
  /** The answer in protobuf's JSON. */
  readonly toJson: (value: unknown) => string;
}

/** What a server stream sends: it is asked for one message after the other. */
export interface MessageSource {
  /**
   * The next message in binary, behind `reserve` bytes that are the adapter's to fill; undefined where there is none
   * yet, null at the end. The bytes must not change: many streams may be given the same ones. Throws what the client is
   * told.
   */
  next(): Uint8Array | undefined | null;
  /** The stream is over. Called once. */
  close(): void;
}

/**
 * A method with a stream of answers that are written as bytes. It must answer as the method's handler on the router
 * does, which serves the long way. A stream costs one object and no promise, iterator or signal.
 */
export interface DirectStream {
  /**
   * Begins. Throws what the handler would throw.
   *
   * @param wake is to be called when there may be a message, after `next` gave none; it does not throw
   * @param reserve how many bytes each message is to leave free before it
   */
  readonly open: (
    request: MessageShape<DescMessage>,
    context: HandlerContext,
    wake: () => void,
    reserve: number,
  ) => MessageSource;
}

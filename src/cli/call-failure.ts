/** A call that failed before it said anything about a token, in words that say what to do. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";
  /** The code of gRPC, in words: `unavailable`. */
  readonly code: string;

  constructor(message: string, code: string, cause: Error) {
    super(message, { cause });
    this.code = code;
  }
}

import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { ContextValues } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import type { StreamHandler } from "../../http2/index.js";
import type { Timeout } from "./deadline.js";
import { deadlineExceeded } from "./deadline.js";
import type { Timed } from "./deadline-wheel.js";
import { internalError, resetReason, toConnectError } from "./errors.js";
import type { UnfinishedBody } from "./held-bodies.js";
import type { MessageBody } from "./message-body.js";
import type { ShortCall } from "./short-call.js";
import type { ShortRoute } from "./short-route.js";

/**
 * Takes a call from its headers to its message: deadline, permission, body.
 *
 * Plain callbacks, and promises only where a hook, an interceptor or a handler returns one: a call whose parts are all
 * synchronous is answered in the turn of the event loop in which its last byte arrives.
 */
export abstract class RequestExchange<R extends ShortRoute>
  implements Timed, StreamHandler, UnfinishedBody
{
  previous: Timed | undefined = undefined;
  next: Timed | undefined = undefined;
  protected readonly call: ShortCall<R>;
  /** What collects the message; let go once it is read, since a stream may stay open for days. */
  #body: MessageBody | undefined;
  #isAdmitted = false;
  /** Whether enough of the body has come to tell what it is. */
  #isBodyWhole = false;
  /** Bytes that came before the call was admitted, and so hold the client back. */
  #unconsumed = 0;
  /** The memory of a body that came in several pieces, in bytes. */
  #held = 0;

  constructor(call: ShortCall<R>, body: MessageBody) {
    this.call = call;
    this.#body = body;
  }

  /**
   * Starts.
   *
   * @param fault an error that the headers alone bear out, told only to a client that may call
   */
  start({ timeoutMs, error }: Timeout, fault: ConnectError | undefined): void {
    const call = this.call;
    const { authorize, deadlines } = call.route.hooks;
    if (timeoutMs !== undefined && error === undefined) {
      if (timeoutMs <= 0) {
        this.fail(deadlineExceeded());
        return;
      }
      const now = performance.now();
      call.deadlineAt = now + timeoutMs;
      deadlines.add(this, timeoutMs, now);
    }
    let verdict: ReturnType<NonNullable<typeof authorize>>;
    try {
      verdict = authorize?.(call);
    } catch (reason) {
      this.fail(reason);
      return;
    }
    if (verdict instanceof Promise) {
      verdict.then(
        (values) => this.#admit(values, fault),
        (reason) => this.fail(reason),
      );
    } else {
      this.#admit(verdict, fault);
    }
  }

  /** The deadline holds for the answer too: a client that leaves no room for it would keep it in memory for ever. */
  timeUp(): void {
    const { done, bodyRead, wire } = this.call;
    if (done) {
      wire.dropAnswer();
      return;
    }
    if (!bodyRead) wire.noteSlow();
    this.fail(deadlineExceeded());
  }

  /**
   * Nothing more is to be sent or read.
   *
   * @param reason why, for the signal, where HTTP says it
   */
  end(reason: ConnectError | undefined): void {
    const call = this.call;
    call.route.hooks.deadlines.remove(this);
    this.#release();
    if (call.done) return;
    call.finish(reason);
    call.tellEnd(new ConnectError("the client is gone", Code.Canceled));
  }

  /** Has the message answered. */
  protected abstract answer(message: MessageShape<DescMessage>): void;

  /** Takes a chunk of the body. */
  onData(chunk: Buffer, isLast: boolean): void {
    // After an early answer, such as a deadline's, HTTP/1.1 leaves nothing but to read on and forget.
    const body = this.#body;
    if (this.call.done || this.#isBodyWhole || body === undefined) return;
    if (isLast && this.#isAdmitted) {
      body.push(chunk);
      return;
    }
    if (this.#isAdmitted) this.call.wire.consumed(chunk.byteLength);
    else this.#unconsumed += chunk.byteLength;
    if (!body.push(Buffer.from(chunk))) {
      this.#held = body.memory;
      const { route, socket, wire } = this.call;
      route.hooks.bodies.note(this, socket ?? wire, this.#held);
      return;
    }
    this.#isBodyWhole = true;
    if (this.#isAdmitted) this.#invoke();
  }

  /** Takes the end of the body. */
  onEnd(): void {
    if (this.call.done || this.#isBodyWhole) return;
    this.#isBodyWhole = true;
    if (this.#isAdmitted) this.#invoke();
  }

  giveUp(error: ConnectError): void {
    this.call.wire.noteSlow();
    this.fail(error);
  }

  /** Takes the end of the stream. @param code why it ended early */
  onClose(code: number | undefined): void {
    this.end(code === undefined ? undefined : resetReason(code));
  }

  #admit(values: ContextValues | undefined, fault: ConnectError | undefined): void {
    if (this.call.done) return;
    this.call.values = values;
    this.#read(fault);
  }

  #read(fault: ConnectError | undefined): void {
    if (fault !== undefined) {
      this.fail(fault);
      return;
    }
    this.#isAdmitted = true;
    const { wire } = this.call;
    if (this.#unconsumed > 0) wire.consumed(this.#unconsumed);
    if (this.#isBodyWhole) this.#invoke();
    else wire.startReading(this);
  }

  #invoke(): void {
    const call = this.call;
    const { route, format } = call;
    call.bodyRead = true;
    if (this.#held > 0) route.hooks.bodies.forget(this);
    let message: MessageShape<DescMessage>;
    try {
      const parse = format.binary ? route.parseBinary : route.parseJson;
      message = (this.#body as MessageBody).message(parse, route.keepsBytes);
    } catch (fault) {
      const { unreadable } = route.hooks;
      this.fail(unreadable === undefined ? fault : unreadable(fault));
      return;
    } finally {
      this.#body = undefined;
    }
    this.answer(message);
  }

  /** Answers with an error, unless the call is over. */
  protected fail(reason: unknown): void {
    const call = this.call;
    if (call.done) return;
    this.#release();
    const error = toConnectError(reason);
    call.finish(error);
    try {
      call.wire.refuse(call, error);
    } catch (fault) {
      this.answerUnsendable(fault);
      return;
    }
    call.tellEnd(error);
  }

  /** Drops what has come of a body that nobody will read. */
  #release(): void {
    if (this.#held === 0) return;
    this.call.route.hooks.bodies.forget(this);
    this.#body = undefined;
  }

  /** The handler's headers or its error cannot be written: the client is told without them that something went wrong. */
  protected answerUnsendable(cause: unknown): void {
    const call = this.call;
    const error = internalError(cause);
    try {
      call.dropResponseHeaders();
      call.wire.refuse(call, error);
    } catch {
      call.wire.abort();
    }
    call.tellEnd(error);
  }
}

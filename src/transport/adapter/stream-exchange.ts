import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { LAST_READ_MS, type Timeout } from "./deadline.js";
import type { MessageSource } from "./direct-methods.js";
import type { GrpcStreamWire } from "./grpc-http2-wire.js";
import type { MessageBody } from "./message-body.js";
import type { Interruptible } from "./options.js";
import { RequestExchange } from "./request-exchange.js";
import type { ShortCall } from "./short-call.js";
import type { StreamRoute } from "./short-route.js";

/** What one stream may send before others have their turn, in bytes: a snapshot is many messages. */
const BYTES_PER_TURN = 64 * 1024;

/**
 * Takes a server stream from its headers to its end. Nothing is kept for a client that does not read: its source is
 * asked for the next message once there is room.
 */
export class StreamExchange extends RequestExchange<StreamRoute> implements Interruptible {
  readonly #wire: GrpcStreamWire;
  #source: MessageSource | undefined;
  #hasRoom = true;
  /** Whether the next turn of the event loop goes on. */
  #isResting = false;
  /** Whether the deadline is the request's alone: the stream has none. */
  #isRequestTimed = false;

  constructor(call: ShortCall<StreamRoute>, body: MessageBody, wire: GrpcStreamWire) {
    super(call, body);
    this.#wire = wire;
  }

  /** A request must come in time, as that of a unary call, however long its stream then lives. */
  override start(timeout: Timeout, fault: ConnectError | undefined): void {
    const { hooks } = this.call.route;
    hooks.openStreams.add(this);
    this.#isRequestTimed = timeout.timeoutMs === undefined;
    const { timeoutMs = hooks.defaultTimeoutMs } = timeout;
    super.start({ ...timeout, timeoutMs }, fault);
  }

  /** A client that does not read would not see a status either. */
  override timeUp(): void {
    if (this.#hasRoom) super.timeUp();
    else this.#wire.dropAnswer();
  }

  override end(reason: ConnectError | undefined): void {
    this.#close();
    super.end(reason);
  }

  /** Ends the stream early, with an error. */
  interrupt(reason: unknown): void {
    this.fail(reason);
    if (this.#hasRoom) return;
    const { deadlines } = this.call.route.hooks;
    deadlines.remove(this);
    deadlines.add(this, LAST_READ_MS, performance.now());
  }

  /** The client has taken what was sent. */
  onDrain(): void {
    this.#hasRoom = true;
    this.#send();
  }

  protected override answer(request: MessageShape<DescMessage>): void {
    const { call } = this;
    const { direct, hooks, options } = call.route;
    if (this.#isRequestTimed) {
      hooks.deadlines.remove(this);
      call.deadlineAt = undefined;
    }
    if (options.shutdownSignal?.aborted) {
      this.fail(options.shutdownSignal.reason);
      return;
    }
    try {
      this.#source = direct.open(request, call, this.#send, this.#wire.reserve);
    } catch (reason) {
      this.fail(reason);
      return;
    }
    this.#send();
  }

  protected override fail(reason: unknown): void {
    this.#close();
    super.fail(reason);
  }

  readonly #send = (): void => {
    if (this.#isResting) return;
    let sent = 0;
    while (this.#hasRoom && this.#source !== undefined) {
      if (sent > BYTES_PER_TURN) {
        this.#isResting = true;
        setImmediate(() => this.#goOn());
        return;
      }
      try {
        const message = this.#source.next();
        if (message === undefined) return;
        if (message === null) {
          this.#complete();
          return;
        }
        sent += message.byteLength;
        this.#hasRoom = this.#wire.send(this.call, message);
      } catch (reason) {
        this.fail(reason);
      }
    }
  };

  #complete(): void {
    const { call } = this;
    this.#close();
    call.finish(undefined);
    try {
      this.#wire.complete(call);
    } catch (reason) {
      this.answerUnsendable(reason);
      return;
    }
    call.tellEnd(undefined);
  }

  #goOn(): void {
    this.#isResting = false;
    this.#send();
  }

  #close(): void {
    this.call.route.hooks.openStreams.delete(this);
    const source = this.#source;
    this.#source = undefined;
    source?.close();
  }
}

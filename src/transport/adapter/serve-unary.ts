import type { Readable } from "node:stream";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { Timeout } from "./deadline.js";
import { deadlineExceeded, startTimer } from "./deadline.js";
import { internalError, toConnectError } from "./errors.js";
import { invokeUnary } from "./invoke.js";
import type { MessageBody } from "./message-body.js";
import type { Authorize } from "./options.js";
import type { UnaryCall } from "./unary-call.js";
import type { Wire } from "./wire.js";

/** Everything that differs between the ways a unary call arrives. */
export interface UnaryExchange {
  readonly call: UnaryCall;
  readonly wire: Wire;
  readonly source: Readable;
  readonly body: MessageBody;
  /** Binary or JSON. */
  readonly binary: boolean;
  readonly timeout: Timeout;
  /** See `UnaryAdapterOptions`. */
  readonly unreadable: ((fault: unknown) => ConnectError) | undefined;
  /** An error that the headers alone bear out, told only to a client that may call. */
  readonly fault: ConnectError | undefined;
  /** Asks the adapter's hook, if there is one. */
  readonly admit: (() => ReturnType<Authorize>) | undefined;
}

/**
 * Takes a unary call from its headers to its answer: deadline, permission, body, handler, answer.
 *
 * Plain callbacks, and promises only where a hook, an interceptor or a handler returns one: a call whose parts are all
 * synchronous is answered in the turn of the event loop in which its last byte arrives.
 */
export function serveUnary(exchange: UnaryExchange): void {
  const { call, timeout, admit } = exchange;
  if (timeout.timeoutMs !== undefined && timeout.error === undefined) {
    if (timeout.timeoutMs <= 0) {
      fail(exchange, deadlineExceeded());
      return;
    }
    call.deadlineAt = Math.trunc(Date.now() + timeout.timeoutMs);
    call.timer = startTimer(timeout.timeoutMs, () => timeUp(exchange));
  }
  if (admit === undefined) {
    readBody(exchange);
    return;
  }
  try {
    const verdict = admit();
    if (verdict instanceof Promise) {
      verdict.then(
        (values) => {
          if (call.done) return;
          call.values = values;
          readBody(exchange);
        },
        (reason) => fail(exchange, reason),
      );
      return;
    }
    call.values = verdict;
  } catch (reason) {
    fail(exchange, reason);
    return;
  }
  readBody(exchange);
}

/** The deadline holds for the answer too: a client that leaves no room for it would keep it in memory for ever. */
function timeUp(exchange: UnaryExchange): void {
  const { call, wire } = exchange;
  if (call.done) {
    wire.dropAnswer();
    return;
  }
  if (!call.bodyRead) wire.noteSlow();
  fail(exchange, deadlineExceeded());
}

function readBody(exchange: UnaryExchange): void {
  const { body, source, timeout } = exchange;
  const fault = timeout.error ?? exchange.fault;
  if (fault !== undefined) {
    fail(exchange, fault);
    return;
  }
  const onData = (chunk: Buffer) => {
    // After an early answer, such as a deadline's, HTTP/1.1 leaves nothing but to read on and forget.
    if (exchange.call.done || !body.push(chunk)) return;
    source.off("data", onData);
    source.off("end", onEnd);
    source.pause();
    onEnd();
  };
  const onEnd = () => invoke(exchange);
  source.on("data", onData);
  source.on("end", onEnd);
}

function invoke(exchange: UnaryExchange): void {
  const { call, body, binary, unreadable } = exchange;
  if (call.done) return;
  call.bodyRead = true;
  let message: MessageShape<DescMessage>;
  try {
    message = body.message(call.route.serialization.getI(binary).parse);
  } catch (fault) {
    fail(exchange, unreadable === undefined ? fault : unreadable(fault));
    return;
  }
  try {
    const output = invokeUnary(call, message);
    if (output instanceof Promise) {
      output.then(
        (settled) => succeed(exchange, settled),
        (reason) => fail(exchange, reason),
      );
    } else {
      succeed(exchange, output);
    }
  } catch (reason) {
    fail(exchange, reason);
  }
}

function succeed(exchange: UnaryExchange, output: MessageShape<DescMessage>): void {
  const { call, wire, binary } = exchange;
  if (call.done) return;
  let bytes: Uint8Array;
  try {
    bytes = call.route.serialization.getO(binary).serialize(output);
  } catch (reason) {
    fail(exchange, reason);
    return;
  }
  call.finish(undefined);
  try {
    wire.respond(call, bytes);
  } catch (reason) {
    answerUnsendable(exchange, reason);
  }
}

function fail(exchange: UnaryExchange, reason: unknown): void {
  const { call, wire } = exchange;
  if (call.done) return;
  const error = toConnectError(reason);
  call.finish(error);
  try {
    wire.refuse(call, error);
  } catch (fault) {
    answerUnsendable(exchange, fault);
  }
}

/** The handler's headers or its error cannot be written: the client is told without them that something went wrong. */
function answerUnsendable({ call, wire }: UnaryExchange, cause: unknown): void {
  try {
    call.dropResponseHeaders();
    wire.refuse(call, internalError(cause));
  } catch {
    wire.abort();
  }
}

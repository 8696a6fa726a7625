import type { Readable } from "node:stream";
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { Timeout } from "./deadline.js";
import { deadlineExceeded, startTimer } from "./deadline.js";
import { internalError, toConnectError } from "./errors.js";
import { invokeUnary } from "./invoke.js";
import type { MessageBody } from "./message-body.js";
import type { UnaryCall } from "./unary-call.js";
import { writeAnswer } from "./write-answer.js";

/** A unary call whose request is still to be read. */
export interface UnaryExchange {
  readonly call: UnaryCall;
  readonly source: Readable;
  readonly body: MessageBody;
  /** An error that the headers alone bear out, told only to a client that may call. */
  readonly fault: ConnectError | undefined;
}

/**
 * Takes a unary call from its headers to its answer: deadline, permission, body, handler, answer.
 *
 * Plain callbacks, and promises only where a hook, an interceptor or a handler returns one: a call whose parts are all
 * synchronous is answered in the turn of the event loop in which its last byte arrives.
 */
export function serveUnary(exchange: UnaryExchange, { timeoutMs, error }: Timeout): void {
  const { call } = exchange;
  if (timeoutMs !== undefined && error === undefined) {
    if (timeoutMs <= 0) {
      fail(call, deadlineExceeded());
      return;
    }
    call.deadlineAt = Math.trunc(Date.now() + timeoutMs);
    call.timer = startTimer(timeoutMs, timeUp, call);
  }
  const { authorize } = call.route.hooks;
  if (authorize === undefined) {
    readBody(exchange);
    return;
  }
  let verdict: ReturnType<typeof authorize>;
  try {
    verdict = authorize(call);
  } catch (reason) {
    fail(call, reason);
    return;
  }
  if (verdict instanceof Promise) {
    verdict.then(
      (values) => admit(exchange, values),
      (reason) => fail(call, reason),
    );
  } else {
    admit(exchange, verdict);
  }
}

/** The deadline holds for the answer too: a client that leaves no room for it would keep it in memory for ever. */
function timeUp(call: UnaryCall): void {
  const { wire } = call;
  if (call.done) {
    wire.dropAnswer();
    return;
  }
  if (!call.bodyRead) wire.noteSlow();
  fail(call, deadlineExceeded());
}

function admit(exchange: UnaryExchange, values: ContextValues | undefined): void {
  if (exchange.call.done) return;
  exchange.call.values = values;
  readBody(exchange);
}

function readBody({ call, source, body, fault }: UnaryExchange): void {
  if (fault !== undefined) {
    fail(call, fault);
    return;
  }
  const onData = (chunk: Buffer) => {
    // After an early answer, such as a deadline's, HTTP/1.1 leaves nothing but to read on and forget.
    if (call.done) return;
    const state = body.push(chunk);
    if (state === "partial") return;
    if (state === "refused") {
      source.off("data", onData);
      source.pause();
    }
    invoke(call, body);
  };
  const onEnd = () => {
    // A stream whose connection breaks ends, too; its close tells of the client that is gone.
    if (!call.bodyRead && !call.done && !source.destroyed) invoke(call, body);
  };
  source.on("data", onData);
  source.on("end", onEnd);
}

function invoke(call: UnaryCall, body: MessageBody): void {
  const { route, format } = call;
  call.bodyRead = true;
  let message: ReturnType<typeof parse>;
  const { parse } = route.serialization.getI(format.binary);
  try {
    message = body.message(parse);
  } catch (fault) {
    const { unreadable } = route.hooks;
    fail(call, unreadable === undefined ? fault : unreadable(fault));
    return;
  }
  let output: unknown;
  try {
    output =
      route.direct === undefined ? invokeUnary(call, message) : route.direct.call(message, call);
  } catch (reason) {
    fail(call, reason);
    return;
  }
  if (output instanceof Promise) {
    output.then(
      (settled) => succeed(call, settled),
      (reason) => fail(call, reason),
    );
  } else {
    succeed(call, output);
  }
}

function succeed(call: UnaryCall, output: unknown): void {
  if (call.done) return;
  let bytes: Uint8Array;
  try {
    bytes = writeAnswer(call, output);
  } catch (reason) {
    fail(call, reason);
    return;
  }
  call.finish(undefined);
  try {
    call.wire.respond(call, bytes);
  } catch (reason) {
    answerUnsendable(call, reason);
  }
}

function fail(call: UnaryCall, reason: unknown): void {
  if (call.done) return;
  const error = toConnectError(reason);
  call.finish(error);
  try {
    call.wire.refuse(call, error);
  } catch (fault) {
    answerUnsendable(call, fault);
  }
}

/** The handler's headers or its error cannot be written: the client is told without them that something went wrong. */
function answerUnsendable(call: UnaryCall, cause: unknown): void {
  try {
    call.dropResponseHeaders();
    call.wire.refuse(call, internalError(cause));
  } catch {
    call.wire.abort();
  }
}

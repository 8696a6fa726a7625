/**
 * One line a call: who, what, about which token, how it ended; of a batch, how many tokens or
 * targets came to what. Never a token, key or data.
 */
import { Code, type ConnectError, type ContextValues } from "@connectrpc/connect";
import { type DestinationStream, type Logger, symbols } from "pino";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { quoteAsciiJson } from "../core/quote-json.js";
import { callKey } from "../service/index.js";
import type { CallHead } from "../transport/adapter/index.js";
import { refusedCall } from "./call-log.js";
import { nameOf } from "./callers/authorization.js";
import { traceContextOf } from "./trace-context.js";
import type { CallTracer } from "./traces/call-tracer.js";
import { type ClientOf, connectedClient } from "./trusted-proxies.js";

/** Is told of every call when it is over. `error` is what its client was told, if it was one. */
export type Audit = (
  head: CallHead,
  values: ContextValues | undefined,
  error: ConnectError | undefined,
) => void;

/**
 * An audit that writes to `logger`, at level info; internal errors, with their cause, at level error.
 * Lines are put together here: the logger's own way takes longer than to check a token.
 */
export function createAudit(
  logger: Logger,
  clientOf: ClientOf = connectedClient,
  tracer?: CallTracer,
): Audit {
  const destination = destinationOf(logger);
  const present = createPresent();
  const callerMember = rememberLast((name) => member("caller", name));
  const peerMember = rememberLast((peer) => member("peer", peer));
  const bindings = Object.entries(logger.bindings())
    .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join("");
  return (head, values, error) => {
    const rpc = nameOf(head.method);
    const call = values?.get(callKey) ?? refusedCall(error);
    const peer = call?.peer ?? clientOf(head.received, head.socket);
    const durationMs = call && performance.now() - call.startedAt;
    const reason = error && reasonOf(error);
    const span = tracer?.record({ head, peer, durationMs: durationMs ?? 0, error, reason });
    const traceId = span?.traceId ?? traceContextOf(head.received)?.traceId;
    if (error?.code === Code.Internal && error.cause !== undefined) {
      const ids = {
        ...(head.requestId !== undefined && { request_id: head.requestId }),
        ...(traceId !== undefined && { trace_id: traceId }),
      };
      logger.error({ err: error.cause, rpc, ...ids }, "internal error");
    }
    if (!logger.isLevelEnabled("info")) return;
    const subject = call?.subject;
    let line = `{"level":30,"time":${present()}${bindings},"rpc":"${rpc}"`;
    // Ids are made of characters that JSON has no escapes for.
    if (head.requestId !== undefined) line += `,"request_id":"${head.requestId}"`;
    if (traceId !== undefined) line += `,"trace_id":"${traceId}"`;
    if (span !== undefined) line += `,"span_id":"${span.spanId}"`;
    line += callerMember(call?.caller?.name) + peerMember(peer);
    line += error === undefined ? ',"outcome":"Ok"' : `,"outcome":"${Code[error.code]}"`;
    line += member("reason", reason);
    if (subject !== undefined) {
      line += member("token_id", subject.tokenId);
      line += member("key_id", subject.keyId);
      line += member("user_id", subject.userId);
    }
    if (call?.counts !== undefined) {
      for (const [name, count] of Object.entries(call.counts)) line += `,"${name}":${count}`;
    }
    if (durationMs !== undefined) line += `,"duration_ms":${milliseconds(durationMs)}`;
    destination.write(`${line},"msg":"call"}\n`);
  };
}

/** The most that is told of a text, in UTF-16 code units: a token may carry a user_id of thousands. */
const MAX_TEXT = 256;

/** Where a logger writes its own lines. */
function destinationOf(logger: Logger): DestinationStream {
  const { [symbols.streamSym]: stream } = logger as unknown as Record<symbol, DestinationStream>;
  return stream as DestinationStream;
}

function member(name: string, text: string | undefined): string {
  if (text === undefined) return "";
  if (text.length <= MAX_TEXT) return `,"${name}":${quoteAsciiJson(text)}`;
  return `,"${name}":${quoteAsciiJson(text.slice(0, MAX_TEXT))},"${name}_length":${text.length}`;
}

/** The same text as long as the argument is the same: most calls in a row come from one caller. */
function rememberLast(
  tell: (text: string | undefined) => string,
): (text: string | undefined) => string {
  let last: string | undefined;
  let told = tell(last);
  return (text) => {
    if (text !== last) {
      last = text;
      told = tell(text);
    }
    return told;
  };
}

/** Tells milliseconds since 1970, as text that is made once a millisecond. */
function createPresent(): () => string {
  let last = 0;
  let told = "";
  return () => {
    const now = Date.now();
    if (now !== last) {
      last = now;
      told = String(now);
    }
    return told;
  };
}

/** Milliseconds with three decimal places: two whole numbers are written faster than a fraction. */
function milliseconds(value: number): string {
  const micros = Math.round(value * 1000);
  const whole = Math.floor(micros / 1000);
  const rest = micros - whole * 1000;
  return `${whole}.${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}`;
}

/** The reason in the error's ErrorInfo. */
function reasonOf(error: ConnectError): string | undefined {
  for (const detail of error.details) {
    if ("desc" in detail && detail.desc.typeName === ErrorInfoSchema.typeName) {
      return (detail.value as { reason?: string }).reason;
    }
  }
  return undefined;
}

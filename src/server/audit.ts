/**
 * One line a call: who, what, about which token, how it ended; of a batch, how many tokens came to
 * which verdict. Never a token, key or data.
 */
import { Code, type ConnectError, type ContextValues } from "@connectrpc/connect";
import { type DestinationStream, type Logger, symbols } from "pino";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { quoteJson } from "../core/quote-json.js";
import { callKey } from "../service/index.js";
import { refusedCall } from "./call-log.js";
import type { CallHead } from "./callers/callers.js";

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
export function createAudit(logger: Logger): Audit {
  const destination = destinationOf(logger);
  const bindings = Object.entries(logger.bindings())
    .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join("");
  return (head, values, error) => {
    const rpc = head.method.name;
    if (error?.code === Code.Internal && error.cause !== undefined) {
      logger.error({ err: error.cause, rpc }, "internal error");
    }
    if (!logger.isLevelEnabled("info")) return;
    const call = values?.get(callKey) ?? refusedCall(error);
    const subject = call?.subject;
    let line = `{"level":30,"time":${Date.now()}${bindings},"rpc":"${rpc}"`;
    line += member("caller", call?.caller?.name);
    line += member("peer", call?.peer ?? head.socket?.remoteAddress);
    line += error === undefined ? ',"outcome":"Ok"' : `,"outcome":"${Code[error.code]}"`;
    if (error !== undefined) line += member("reason", reasonOf(error));
    if (subject !== undefined) {
      line += member("token_id", subject.tokenId);
      line += member("key_id", subject.keyId);
      line += member("user_id", subject.userId);
    }
    if (call?.verdicts !== undefined) {
      for (const [name, count] of Object.entries(call.verdicts)) line += `,"${name}":${count}`;
    }
    if (call !== undefined) {
      const micros = Math.round((performance.now() - call.startedAt) * 1000);
      line += `,"duration_ms":${micros / 1000}`;
    }
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
  if (text.length <= MAX_TEXT) return `,"${name}":${asciiJson(text)}`;
  return `,"${name}":${asciiJson(text.slice(0, MAX_TEXT))},"${name}_length":${text.length}`;
}

/** With escapes for all that is not ASCII, so that a line has as many bytes as characters. */
function asciiJson(text: string): string {
  return quoteJson(text).replace(/[^ -~]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
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

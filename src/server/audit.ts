/** One line a call: who, what, about which token, how it ended. Never a token, key or data. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { Logger } from "pino";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import type { Call, CallObserver } from "../service/index.js";
import type { CallHead } from "./callers/callers.js";

/** Writes the lines. */
export interface Audit extends CallObserver {
  /** A call that was refused by its headers. */
  refused(head: CallHead, error: ConnectError): void;
}

/** An audit that writes to `logger`, at level info; internal errors at level error. */
export function createAudit(logger: Logger): Audit {
  const write = (call: Call | undefined, rpc: string, error: ConnectError | undefined) => {
    const duration = call && performance.now() - call.startedAt;
    logger.info(
      {
        rpc,
        caller: call?.caller.name,
        peer: call?.peer,
        outcome: error ? Code[error.code] : "Ok",
        reason: error && reasonOf(error),
        token_id: call?.subject?.tokenId,
        key_id: call?.subject?.keyId,
        user_id: call?.subject?.userId,
        duration_ms: duration && Math.round(duration * 1000) / 1000,
      },
      "call",
    );
  };
  return {
    answered: write,
    internalError: (err, rpc) => logger.error({ err, rpc }, "internal error"),
    refused({ method, socket }, error) {
      const peer = socket?.remoteAddress;
      const refusal = { peer, outcome: Code[error.code], reason: reasonOf(error) };
      logger.info({ rpc: method.name, ...refusal }, "call");
    },
  };
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

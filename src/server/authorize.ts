/** Decides from a call's headers whether it may go on, before its body is read. */
import type { IncomingHttpHeaders } from "node:http";
import { Code, ConnectError, type ContextValues } from "@connectrpc/connect";
import { type Call, callerError, callKey } from "../service/index.js";
import type { Authorize } from "../transport/adapter/index.js";
import { networkOf, noteKnownCaller } from "../transport/index.js";
import { noteRefused } from "./call-log.js";
import { CallValues, connectionKey } from "./call-values.js";
import type { Callers } from "./callers/callers.js";
import { refusedCaller } from "./callers/refused-callers.js";
import { createOriginCheck } from "./foreign-origin.js";
import type { StreamOrigin } from "./open-streams.js";
import { isRepeated } from "./repeated-authorization.js";
import { type ClientOf, connectedClient } from "./trusted-proxies.js";

/** What is looked at before the callers are asked. */
export interface RequestChecks {
  /** Whose pages may call, beside the server's own. */
  readonly origins: readonly string[];
  /** Called with the headers of every call. Default nothing. */
  readonly onHeaders?: ((headers: IncomingHttpHeaders) => void) | undefined;
  /** Tells the address that a call comes from. Default the other end of its connection. */
  readonly clientOf?: ClientOf | undefined;
}

/**
 * Refuses pages of other origins and calls with several credentials, and asks the callers. What is refused
 * is noted for the log.
 */
export function createAuthorize(callers: Callers, checks: RequestChecks): Authorize {
  const isForeign = createOriginCheck(checks.origins);
  const { onHeaders = () => {}, clientOf = connectedClient } = checks;
  return (head) => {
    const startedAt = performance.now();
    const peer = clientOf(head.received, head.socket);
    try {
      onHeaders(head.headers);
      if (isForeign(head.headers)) throw foreignOrigin();
      if (isRepeated(head.headers)) throw repeatedAuthorization();
      const caller = callers.admit(head, peer);
      if (caller.isKnown && head.socket !== undefined) noteKnownCaller(head.socket);
      const workOwner = () => ({
        network: networkOf(peer),
        connection: head.socket ?? head,
      });
      const call: Call = { caller, peer, startedAt, workOwner };
      if (head.method.methodKind === "unary") return new CallValues(call);
      const current = () => (callers.current ? callers.current(head) : caller);
      // Only streams are counted by their connections.
      return new CallValues({ ...call, current }, head.socket);
    } catch (error) {
      if (error instanceof ConnectError) {
        const caller = refusedCaller(error);
        noteRefused(error, { peer, startedAt, ...(caller && { caller }) });
      }
      throw error;
    }
  };
}

/** Whose stream a call is. */
export function originOf(values: ContextValues): StreamOrigin {
  const connection = values.get(connectionKey) ?? values;
  return { connection, address: networkOf(values.get(callKey)?.peer ?? "") };
}

function foreignOrigin(): ConnectError {
  const text = "pages of this origin may not call: CORS_ORIGINS does not list it";
  return callerError("RPC_NOT_ALLOWED", Code.PermissionDenied, text, { field: "origin" });
}

function repeatedAuthorization(): ConnectError {
  const text = "the call must have one authorization header with one credential";
  return callerError("UNKNOWN_CALLER", Code.Unauthenticated, text);
}

/** Tells the metrics of every call, beside the log. */
import type { ConnectError } from "@connectrpc/connect";
import { callKey } from "../../service/index.js";
import type { Authorize, CalledMethod, Ended } from "../../transport/adapter/index.js";
import type { CutReason } from "../../transport/index.js";
import { refusedCall } from "../call-log.js";

/** Is told of every call. */
export interface CallObserver {
  /** A call's headers have arrived. */
  started(method: CalledMethod): void;
  /**
   * A call is over.
   *
   * @param error what its client was told; undefined for an answer
   * @param seconds how long it took; undefined where it ended before anybody looked at the clock
   */
  ended(method: CalledMethod, error: ConnectError | undefined, seconds: number | undefined): void;
  /** A request was refused before it was a call. @param status of HTTP */
  refusedRequest(status: number): void;
  /** A connection was cut off. */
  connectionCut(reason: CutReason): void;
}

/** What a server does with the head and the end of a call. */
export interface CallHooks {
  readonly authorize: Authorize;
  readonly ended: Ended;
}

/**
 * The hooks, told of an answer that is a refusal in a gateway's own words as of an error: the log and the
 * metrics tell what became of a request, whichever way its gateway asked.
 */
export function tellRefused({ authorize, ended }: CallHooks): CallHooks {
  return {
    authorize,
    ended: (head, values, error) => ended(head, values, error ?? values?.get(callKey)?.refused),
  };
}

/** The hooks, with an observer beside them where there is one. */
export function observeCalls(hooks: CallHooks, observer: CallObserver | undefined): CallHooks {
  if (observer === undefined) return hooks;
  const { authorize, ended } = hooks;
  return {
    authorize(head) {
      observer.started(head.method);
      return authorize(head);
    },
    ended(head, values, error) {
      ended(head, values, error);
      const call = values?.get(callKey) ?? refusedCall(error);
      // It ended before anybody was asked whether its caller may: a deadline of nothing.
      if (call === undefined) observer.started(head.method);
      const startedAt = call?.startedAt;
      const seconds = startedAt === undefined ? undefined : (performance.now() - startedAt) / 1000;
      observer.ended(head.method, error, seconds);
    },
  };
}

/** Counts refused calls by the rule that they broke. */
import type { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenError } from "../../core/index.js";
import { CUT_REASONS, type CutReason } from "../../transport/index.js";
import { KeyedCounter } from "./keyed-counter.js";
import type { CollectedMetric } from "./metric.js";
import { CALLER, REFUSALS, REFUSED_STATUSES } from "./refusals.js";

/** Counts of one process. What is known of appears with 0 before its first call. */
export class RefusalMetrics {
  readonly #calls = new KeyedCounter<string>(
    "secure_token_refused_total",
    "Calls that were refused, by kind of error and reason of the schema.",
    (key) => {
      const [kind = "", reason = ""] = key.split(" ");
      return { kind, reason };
    },
    REFUSALS.map(({ kind, reason }) => keyOf(kind, reason)),
  );
  readonly #requests = new KeyedCounter<number>(
    "secure_token_refused_requests_total",
    "HTTP requests that were refused before they were calls, by status.",
    (status) => ({ status }),
    REFUSED_STATUSES,
  );
  readonly #cuts = new KeyedCounter<CutReason>(
    "secure_token_connections_cut_total",
    "Connections that were cut off for what came, or did not come, over them, by reason.",
    (reason) => ({ reason }),
    CUT_REASONS,
  );

  /** Counts a connection that was cut off. */
  connectionCut(reason: CutReason): void {
    this.#cuts.add(reason);
  }

  /** Counts a request that was refused before it was a call. @param status of HTTP */
  refusedRequest(status: number): void {
    this.#requests.add(status);
  }

  /** Counts what a client was told, where it names a rule. */
  refused(error: ConnectError): void {
    const { cause } = error;
    const kind = cause instanceof TokenError ? cause.kind : CALLER;
    const reason = cause instanceof TokenError ? cause.reason : callerReasonOf(error);
    if (reason !== undefined) this.#calls.add(keyOf(kind, reason));
  }

  /** The counts at this moment. */
  collect(): CollectedMetric[] {
    return [this.#calls.collect(), this.#requests.collect(), this.#cuts.collect()];
  }
}

/** Neither half has a blank. */
function keyOf(kind: string, reason: string): string {
  return `${kind} ${reason}`;
}

function callerReasonOf(error: ConnectError): string | undefined {
  for (const detail of error.details) {
    if ("desc" in detail && detail.desc.typeName === ErrorInfoSchema.typeName) {
      const { reason } = detail.value as { reason?: string };
      return reason?.replace(/^CALLER_ERROR_REASON_/, "");
    }
  }
  return undefined;
}

/** Counts refused calls by the rule that they broke. */
import type { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenError } from "../../core/index.js";
import { CUT_REASONS, type CutReason } from "../../transport/index.js";
import type { CollectedMetric } from "./call-metrics.js";
import { CALLER, REFUSALS, REFUSED_STATUSES } from "./refusals.js";

/** Counts of one process. What is known of appears with 0 before its first call. */
export class RefusalMetrics {
  readonly #counts = new Map(
    REFUSALS.map((refusal) => [keyOf(refusal.kind, refusal.reason), { ...refusal, count: 0 }]),
  );
  readonly #requests = new Map<number, number>(REFUSED_STATUSES.map((status) => [status, 0]));
  readonly #cuts = new Map<CutReason, number>(CUT_REASONS.map((reason) => [reason, 0]));

  /** Counts a connection that was cut off. */
  connectionCut(reason: CutReason): void {
    this.#cuts.set(reason, (this.#cuts.get(reason) ?? 0) + 1);
  }

  /** Counts a request that was refused before it was a call. @param status of HTTP */
  refusedRequest(status: number): void {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1);
  }

  /** Counts what a client was told, where it names a rule. */
  refused(error: ConnectError): void {
    const { cause } = error;
    const kind = cause instanceof TokenError ? cause.kind : CALLER;
    const reason = cause instanceof TokenError ? cause.reason : callerReasonOf(error);
    if (reason === undefined) return;
    const key = keyOf(kind, reason);
    const known = this.#counts.get(key);
    if (known) known.count++;
    else this.#counts.set(key, { kind, reason, count: 1 });
  }

  /** The counts at this moment. */
  collect(): CollectedMetric[] {
    return [
      {
        name: "secure_token_refused_total",
        help: "Calls that were refused, by kind of error and reason of the schema.",
        type: "counter",
        aggregator: "sum",
        values: [...this.#counts.values()].map(({ kind, reason, count }) => ({
          labels: { kind, reason },
          value: count,
        })),
      },
      {
        name: "secure_token_refused_requests_total",
        help: "HTTP requests that were refused before they were calls, by status.",
        type: "counter",
        aggregator: "sum",
        values: [...this.#requests].map(([status, value]) => ({
          labels: { status: String(status) },
          value,
        })),
      },
      {
        name: "secure_token_connections_cut_total",
        help: "Connections that were cut off for what came, or did not come, over them, by reason.",
        type: "counter",
        aggregator: "sum",
        values: [...this.#cuts].map(([reason, value]) => ({ labels: { reason }, value })),
      },
    ];
  }
}

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

/** What a primary tells of its server, beside what its workers tell of themselves. */
import type { RevocationAuthority } from "../../revocation/authority.js";
import { singleValue } from "./metric.js";
import { START_TIME } from "./process-metrics.js";
import { NOT_SERVING, type ProcessReport } from "./report.js";
import { collectRevocations } from "./revocation-metrics.js";

/** @param crashes how many workers have ended that were not told to */
export function primaryReport(
  authority: RevocationAuthority | undefined,
  crashes: number,
): ProcessReport {
  const metrics = [
    singleValue(
      {
        name: START_TIME,
        help: "Start time of the server, of its primary with WORKERS, in seconds since 1970.",
        type: "gauge",
        aggregator: "max",
      },
      performance.timeOrigin / 1000,
    ),
    singleValue(
      {
        name: "secure_token_worker_crashes_total",
        help: "Workers that ended without having been told to; each was replaced.",
        type: "counter",
        aggregator: "sum",
      },
      crashes,
    ),
    ...(authority ? collectRevocations(authority) : []),
  ];
  return { metrics, readiness: NOT_SERVING };
}

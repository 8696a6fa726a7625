/** What is told of revocations, by the one process of a server that owns them. */
import type { RevocationAuthority } from "../../revocation/authority.js";
import { type CollectedMetric, singleValue } from "./metric.js";

/** The state of an authority at this moment. */
export function collectRevocations({ index, freshness }: RevocationAuthority): CollectedMetric[] {
  return [
    singleValue(
      {
        name: "secure_token_revocations_live",
        help: "Revocations in force.",
        type: "gauge",
        aggregator: "max",
      },
      index.size,
    ),
    singleValue(
      {
        name: "secure_token_revocation_staleness_seconds",
        help: "How old the server's knowledge of the shared log is; 0 without one.",
        type: "gauge",
        aggregator: "max",
      },
      freshness.stalenessMs / 1000,
    ),
  ];
}

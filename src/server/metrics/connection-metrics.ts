/** What is told of what is open. */
import type { OpenConnections } from "../../transport/listener.js";
import { type CollectedMetric, singleValue } from "./metric.js";

/** The connections and streams of a process at this moment. */
export function collectConnections({ connections, streams }: OpenConnections): CollectedMetric[] {
  return [
    singleValue(
      {
        name: "secure_token_connections",
        help: "Connections that are open.",
        type: "gauge",
        aggregator: "sum",
      },
      connections,
    ),
    singleValue(
      {
        name: "secure_token_streams",
        help: "HTTP/2 streams that are open: calls in flight, and who watches.",
        type: "gauge",
        aggregator: "sum",
      },
      streams,
    ),
  ];
}

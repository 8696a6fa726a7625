/**
 * The metrics as text: Prometheus's own format and OpenMetrics 1.0. prom-client, which makes each label anew for each
 * sample and compares them once more to add processes up, takes twenty times as long.
 */
import { aggregate } from "./aggregate.js";
import type { CollectedMetric, MetricsSnapshot } from "./metric.js";

/** The formats that a scraper may ask for. */
export type MetricsFormat = "prometheus" | "openmetrics";

/** `content-type` of each format. */
export const METRICS_CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The text of what several processes told, each metric aggregated over them in its own way. */
export function formatMetrics(
  snapshots: readonly MetricsSnapshot[],
  format: MetricsFormat,
): string {
  const families = aggregate(snapshots).map((metric) => family(metric, format));
  // Only Prometheus's own format has empty lines.
  return format === "openmetrics" ? `${families.join("")}# EOF\n` : families.join("\n");
}

function family(metric: CollectedMetric, format: MetricsFormat): string {
  const { type, help, series, values } = metric;
  // In OpenMetrics a counter's family has the name without `_total`, its samples with it.
  const isBare = format === "openmetrics" && type === "counter";
  const name = isBare ? metric.name.replace(/_total$/, "") : metric.name;
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const [index, value] of values.entries()) text += `${series[index]} ${written(value)}\n`;
  return text;
}

/** A number in both formats' own way, which JavaScript's differs from where it is no number's. */
function written(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value) ? `${value}` : value > 0 ? "+Inf" : "-Inf";
}

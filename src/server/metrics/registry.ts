/** The metrics of a process, and of several as one. */
import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import type { CollectedMetric } from "./call-metrics.js";

/** What one process tells of its metrics: plain data, which a worker can send to its primary. */
export type MetricsSnapshot = readonly CollectedMetric[];

/** The formats that a scraper may ask for. */
export type MetricsFormat = "prometheus" | "openmetrics";

/** `content-type` of each format. */
export const METRICS_CONTENT_TYPES = {
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

/** A source of metrics that are read when they are asked for. */
export type Collect = () => readonly CollectedMetric[];

/**
 * Gauges of prom-client whose names end in `_total`, which OpenMetrics keeps for counters; and what
 * they count, Node's own handles, says nothing that connections and streams do not.
 */
const MISNAMED = /^nodejs_active_.*_total$/;

/**
 * When the server started, which its primary tells: prom-client leaves it out wherever it adds processes up, and that of
 * workers would change with each rolling restart.
 */
export const START_TIME = "process_start_time_seconds";

/** The metrics of one process. */
export class ProcessMetrics {
  readonly #runtime = new Registry();
  readonly #sources: Collect[] = [];

  /** Begins to measure Node itself: memory, event-loop delay, collections, open files. */
  constructor() {
    collectDefaultMetrics({ register: this.#runtime });
  }

  /** Adds a source. Names must be unique over all sources. */
  add(collect: Collect): void {
    this.#sources.push(collect);
  }

  /** Everything, at this moment. */
  async snapshot(): Promise<MetricsSnapshot> {
    const runtime = (await this.#runtime.getMetricsAsJSON()) as unknown as CollectedMetric[];
    const told = runtime.filter(({ name }) => name !== START_TIME && !MISNAMED.test(name));
    return [...this.#sources.flatMap((collect) => collect()), ...told];
  }
}

/** The text of what several processes told, each metric aggregated over them in its own way. */
export function formatMetrics(
  snapshots: readonly MetricsSnapshot[],
  format: MetricsFormat,
): Promise<string> {
  const named = format === "openmetrics" ? snapshots.map(withFamilyNames) : snapshots;
  const registry: Registry = AggregatorRegistry.aggregate([...named] as object[]);
  registry.setContentType(METRICS_CONTENT_TYPES[format] as never);
  return registry.metrics();
}

/** In OpenMetrics a counter's family has the name without `_total`, which prom-client then adds. */
function withFamilyNames(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.map((metric) =>
    metric.type === "counter" ? { ...metric, name: metric.name.replace(/_total$/, "") } : metric,
  );
}

/** A metric with one value. */
export function singleValue(
  metric: Omit<CollectedMetric, "values">,
  value: number,
  labels: Record<string, string> = {},
): CollectedMetric {
  return { ...metric, values: [{ labels, value }] };
}

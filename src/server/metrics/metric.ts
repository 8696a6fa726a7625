/**
 * A metric as a process tells it: plain data, which a worker can send to its primary. Each series is the very text that
 * stands before its value, so that one that lives as long as its process is written once, and not with every scrape.
 */

/** A metric and its values at this moment. */
export interface CollectedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** How the values of several processes become one. */
  readonly aggregator: "sum" | "max" | "min" | "average" | "first";
  /** Name and labels of each sample, as `seriesOf` writes them. */
  readonly series: readonly string[];
  /** The value of each series. */
  readonly values: readonly number[];
}

/** What one process tells of its metrics. */
export type MetricsSnapshot = readonly CollectedMetric[];

/** What a metric is, without its values. */
export type MetricHead = Omit<CollectedMetric, "series" | "values">;

/** The labels of a sample. */
export type Labels = Readonly<Record<string, string | number>>;

/** A sample's name and its labels, as both text formats write them. */
export function seriesOf(name: string, labels: Labels = {}): string {
  const written = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return written.length === 0 ? name : `${name}{${written.join(",")}}`;
}

/** A metric with one value. */
export function singleValue(head: MetricHead, value: number, labels?: Labels): CollectedMetric {
  return { ...head, series: [seriesOf(head.name, labels)], values: [value] };
}

function escaped(value: string | number): string {
  return String(value).replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}

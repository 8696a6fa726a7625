/** The samples of a metric, with their labels read back from the text of each series. */
import type { CollectedMetric } from "../../src/server/metrics/metric.js";

/** One sample of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Those of the metric with this name; none where nobody tells it. */
export function samplesOf(told: readonly CollectedMetric[], name: string): Sample[] {
  return told
    .filter((metric) => metric.name === name)
    .flatMap(({ series, values }) =>
      series.map((text, index) => ({ labels: labelsOf(text), value: values[index] as number })),
    );
}

function labelsOf(series: string): Record<string, string> {
  return Object.fromEntries(
    [...series.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]),
  );
}

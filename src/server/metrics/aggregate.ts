/** The metrics of several processes as those of one. */
import type { CollectedMetric, MetricsSnapshot } from "./metric.js";

const COMBINE: Readonly<
  Record<CollectedMetric["aggregator"], (values: readonly number[]) => number>
> = {
  sum,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  average: (values) => sum(values) / values.length,
  first: ([value]) => value as number,
};

/** Each metric once, over all that tell it, in its own way. */
export function aggregate(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const byName = new Map<string, CollectedMetric[]>();
  for (const metric of snapshots.flat()) gather(byName, metric.name, metric);
  return [...byName.values()].map(combine);
}

function combine(all: readonly CollectedMetric[]): CollectedMetric {
  const first = all[0] as CollectedMetric;
  if (all.length === 1) return first;
  const told = new Map<string, number[]>();
  for (const { series, values } of all) {
    for (const [index, value] of values.entries()) gather(told, series[index] as string, value);
  }
  return {
    ...first,
    series: [...told.keys()],
    values: [...told.values()].map(COMBINE[first.aggregator]),
  };
}

/** Puts one more under a key. */
function gather<T>(groups: Map<string, T[]>, key: string, one: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [one]);
  else group.push(one);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

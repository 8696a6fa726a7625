/** How long calls took, in buckets. */
import { type Labels, seriesOf } from "./metric.js";

/** Upper bounds of the buckets, in seconds. A token is checked in tens of microseconds. */
const BOUNDS = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  10, 30,
] as const;

/** The durations of the calls of one method. */
export class LatencyHistogram {
  /** Calls by the first bucket that takes them; the last is for calls above every bound. */
  readonly #byBucket = new Float64Array(BOUNDS.length + 1);
  #seconds = 0;

  /** Adds a call. */
  add(seconds: number): void {
    const bucket = bucketOf(seconds);
    this.#byBucket[bucket] = (this.#byBucket[bucket] ?? 0) + 1;
    this.#seconds += seconds;
  }

  /** The values of what `latencySeries` names: each bucket with the calls of those below it, the sum, the count. */
  values(): number[] {
    let count = 0;
    const buckets = Array.from(this.#byBucket, (calls) => {
      count += calls;
      return count;
    });
    return [...buckets, this.#seconds, count];
  }
}

/** The series of a histogram with these labels. */
export function latencySeries(name: string, labels: Labels): string[] {
  const buckets = [...BOUNDS, "+Inf"].map((le) => seriesOf(`${name}_bucket`, { ...labels, le }));
  return [...buckets, seriesOf(`${name}_sum`, labels), seriesOf(`${name}_count`, labels)];
}

/** The index of the first bucket that takes a duration. Most calls are in the first ones. */
function bucketOf(seconds: number): number {
  let bucket = 0;
  while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] as number)) bucket++;
  return bucket;
}

/** A counter with a series for each key. */
import { type CollectedMetric, type Labels, seriesOf } from "./metric.js";

/** Counts of one process by key. */
export class KeyedCounter<Key> {
  readonly #name: string;
  readonly #help: string;
  readonly #labels: (key: Key) => Labels;
  readonly #counts = new Map<Key, { readonly series: string; count: number }>();

  /**
   * @param labels what tells a key from the others
   * @param known keys that appear with 0 before they are counted: Prometheus sees no increase in a count that begins with 1
   */
  constructor(name: string, help: string, labels: (key: Key) => Labels, known: Iterable<Key> = []) {
    this.#name = name;
    this.#help = help;
    this.#labels = labels;
    for (const key of known) this.add(key, 0);
  }

  /** Counts once more, or as often as is said. */
  add(key: Key, times = 1): void {
    const known = this.#counts.get(key);
    if (known) known.count += times;
    else this.#counts.set(key, { series: seriesOf(this.#name, this.#labels(key)), count: times });
  }

  /** The counts at this moment. */
  collect(): CollectedMetric {
    const all = [...this.#counts.values()];
    return {
      name: this.#name,
      help: this.#help,
      type: "counter",
      aggregator: "sum",
      series: all.map(({ series }) => series),
      values: all.map(({ count }) => count),
    };
  }
}

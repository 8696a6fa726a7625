/** The metrics of a process: those of its sources, and of Node. */
import { collectDefaultMetrics, Registry } from "prom-client";
import { type CollectedMetric, type Labels, type MetricsSnapshot, seriesOf } from "./metric.js";

/** A source of metrics that are read when they are asked for. */
export type Collect = () => readonly CollectedMetric[];

/** A metric as prom-client tells it, whose types say less. */
interface RuntimeMetric extends Omit<CollectedMetric, "series" | "values"> {
  readonly values: readonly {
    readonly labels: Labels;
    readonly value: number;
    /** The sample's own name, for the parts of a histogram. */
    readonly metricName?: string;
  }[];
}

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
    const runtime = (await this.#runtime.getMetricsAsJSON()) as unknown as RuntimeMetric[];
    const told = runtime.filter(({ name }) => name !== START_TIME && !MISNAMED.test(name));
    return [...this.#sources.flatMap((collect) => collect()), ...told.map(collected)];
  }
}

function collected({ name, help, type, aggregator, values }: RuntimeMetric): CollectedMetric {
  return {
    name,
    help,
    type,
    aggregator,
    series: values.map(({ metricName, labels }) => seriesOf(metricName ?? name, labels)),
    values: values.map(({ value }) => value),
  };
}

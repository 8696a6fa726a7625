/** What the workers of a primary tell of themselves, kept so that no counter of the server ever falls. */

import { aggregate } from "./aggregate.js";
import type { MetricsSnapshot } from "./metric.js";
import { NOT_SERVING, type ProcessReport } from "./report.js";

/** How long a worker may take to report, in milliseconds. Probes wait for a second. */
const REPORT_TIMEOUT_MS = 500;

/** A worker that reports when it is asked, and of itself before it leaves. */
export interface ReportingWorker {
  /** What it is like at this moment; undefined when it ends before it says so. */
  report(): Promise<ProcessReport | undefined>;
  /** Calls the handler for every report. */
  onReport(handler: (report: ProcessReport) => void): void;
  /** Settles once it has ended. */
  readonly exited: Promise<unknown>;
}

/**
 * The reports of all workers. One that is busy counts with what it told last, and one that has ended with its counters:
 * a scraper takes a sum that falls for a restart, and all that comes back for new.
 */
export class WorkerReports {
  /** What each living worker told last. */
  readonly #last = new Map<ReportingWorker, MetricsSnapshot>();
  /** The counters of those that have ended. */
  #ended: MetricsSnapshot = [];

  /** Takes a worker, until it ends. */
  add(worker: ReportingWorker): void {
    this.#last.set(worker, []);
    worker.onReport(({ metrics }) => {
      if (this.#last.has(worker)) this.#last.set(worker, metrics);
    });
    worker.exited.then(() => {
      this.#ended = aggregate([this.#ended, countersOf(this.#last.get(worker) ?? [])]);
      this.#last.delete(worker);
    });
  }

  /** The reports at this moment. */
  async gather(): Promise<ProcessReport[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), REPORT_TIMEOUT_MS);
    });
    const asked = [...this.#last.keys()].map(async (worker) => {
      const report = await Promise.race([worker.report(), late]);
      return { worker, readiness: report?.readiness ?? NOT_SERVING };
    });
    const answers = await Promise.all(asked);
    clearTimeout(timer);
    // Whoever has ended meanwhile is among those that have.
    const living = answers.flatMap(({ worker, readiness }) => {
      const metrics = this.#last.get(worker);
      return metrics ? [{ metrics, readiness }] : [];
    });
    return [...living, { metrics: this.#ended, readiness: NOT_SERVING }];
  }
}

/** The counters and histograms of what is told: what a process had open ends with it. */
function countersOf(told: MetricsSnapshot): MetricsSnapshot {
  return told.filter(({ type, aggregator }) => type !== "gauge" && aggregator === "sum");
}

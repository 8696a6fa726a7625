/** What a scraper reads of a server with workers: sums that never fall. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { singleValue } from "../../../src/server/metrics/metric.js";
import type { ProcessReport } from "../../../src/server/metrics/report.js";
import { combineReadiness } from "../../../src/server/metrics/report.js";
import { WorkerReports } from "../../../src/server/metrics/worker-reports.js";
import { samplesOf } from "../../support/samples.js";

const READY = { ready: true, parts: { keys: true } };

/** A worker that has counted `calls`. */
function worker() {
  let tell: (report: ProcessReport) => void = () => {};
  let end = () => {};
  const exited = new Promise<void>((resolve) => {
    end = resolve;
  });
  const state = { calls: 0, open: 0, isBusy: false };
  const make = (): ProcessReport => ({
    metrics: [
      singleValue({ name: "calls", help: "", type: "counter", aggregator: "sum" }, state.calls, {
        code: "OK",
      }),
      singleValue({ name: "open", help: "", type: "gauge", aggregator: "sum" }, state.open),
    ],
    readiness: READY,
  });
  return {
    state,
    exited,
    onReport(handler: (report: ProcessReport) => void) {
      tell = handler;
    },
    async report() {
      if (state.isBusy)
        return new Promise<undefined>((resolve) => exited.then(() => resolve(undefined)));
      const report = make();
      tell(report);
      return report;
    },
    async leave() {
      tell(make());
      end();
      await exited;
    },
    async crash() {
      end();
      await exited;
    },
  };
}

function sumOf(reports: readonly ProcessReport[], name: string): number {
  return reports
    .flatMap(({ metrics }) => samplesOf(metrics, name))
    .reduce((sum, { value }) => sum + value, 0);
}

describe("the reports of workers", () => {
  it("count what a worker that has left has counted to its end, and nothing that it had open", async () => {
    const [one, two] = [worker(), worker()];
    const reports = new WorkerReports();
    for (const each of [one, two]) reports.add(each);
    Object.assign(one.state, { calls: 3, open: 2 });
    Object.assign(two.state, { calls: 4, open: 1 });
    assert.equal(sumOf(await reports.gather(), "calls"), 7);
    one.state.calls = 5;
    await one.leave();
    const after = await reports.gather();
    assert.equal(sumOf(after, "calls"), 9);
    assert.equal(sumOf(after, "open"), 1);
    await two.leave();
    assert.equal(sumOf(await reports.gather(), "calls"), 9);
    assert.equal(combineReadiness((await reports.gather()).map((it) => it.readiness)).ready, false);
  });

  it("count what a worker that was killed has told last", async () => {
    const one = worker();
    const reports = new WorkerReports();
    reports.add(one);
    one.state.calls = 3;
    await reports.gather();
    one.state.calls = 5;
    await one.crash();
    assert.equal(sumOf(await reports.gather(), "calls"), 3);
  });

  it("count what a busy worker has told last, and take it for none that serves", async () => {
    const one = worker();
    const reports = new WorkerReports();
    reports.add(one);
    one.state.calls = 3;
    assert.ok(combineReadiness((await reports.gather()).map((it) => it.readiness)).ready);
    one.state.isBusy = true;
    const late = await reports.gather();
    assert.equal(sumOf(late, "calls"), 3);
    assert.equal(combineReadiness(late.map((it) => it.readiness)).ready, false);
    // It ends while it is asked: counted once.
    const asked = reports.gather();
    await one.crash();
    assert.equal(sumOf(await asked, "calls"), 3);
  });
});

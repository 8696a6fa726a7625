/** Metrics as scrapers read them, of one process and of several. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CollectedMetric, seriesOf, singleValue } from "../../../src/server/metrics/metric.js";
import { formatMetrics } from "../../../src/server/metrics/text.js";

const COUNTER = { help: "Calls.", type: "counter", aggregator: "sum" } as const;

function gauge(name: string, aggregator: CollectedMetric["aggregator"], value: number) {
  return singleValue({ name, help: "Of one process.", type: "gauge", aggregator }, value);
}

describe("the text of metrics", () => {
  it("has a family for each metric, and between them what its format wants", () => {
    const told = [
      singleValue({ name: "calls_total", ...COUNTER }, 3, { code: "OK" }),
      gauge("open", "sum", 2),
    ];
    assert.equal(
      formatMetrics([told], "prometheus"),
      '# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total{code="OK"} 3\n\n' +
        "# HELP open Of one process.\n# TYPE open gauge\nopen 2\n",
    );
    assert.equal(
      formatMetrics([told], "openmetrics"),
      '# HELP calls Calls.\n# TYPE calls counter\ncalls_total{code="OK"} 3\n' +
        "# HELP open Of one process.\n# TYPE open gauge\nopen 2\n# EOF\n",
    );
  });

  it("lets no label end its line or its quotes", () => {
    const hostile = 'a"} 1\nfake_total{b="\\';
    assert.equal(
      seriesOf("key_info", { key_id: hostile }),
      String.raw`key_info{key_id="a\"} 1\nfake_total{b=\"\\"}`,
    );
  });

  it("writes numbers without an end, and what is none, as both formats do", () => {
    const told = [
      gauge("above", "sum", Number.POSITIVE_INFINITY),
      gauge("below", "sum", Number.NEGATIVE_INFINITY),
      gauge("neither", "sum", Number.NaN),
      gauge("small", "sum", 1e-7),
    ];
    const lines = formatMetrics([told], "prometheus").split("\n");
    assert.deepEqual(
      lines.filter((line) => /^[a-z]/.test(line)),
      ["above +Inf", "below -Inf", "neither NaN", "small 1e-7"],
    );
  });

  it("adds processes up, each metric in its own way, and each series by its labels", () => {
    const ofOne = (value: number, code: string) => [
      singleValue({ name: "calls_total", ...COUNTER }, value, { code }),
      gauge("lowest", "min", value),
      gauge("highest", "max", value),
      gauge("mean", "average", value),
      gauge("version", "first", value),
    ];
    const text = formatMetrics(
      [ofOne(4, "OK"), ofOne(1, "OK"), ofOne(7, "Internal")],
      "prometheus",
    );
    assert.deepEqual(
      text.split("\n").filter((line) => /^[a-z]/.test(line)),
      [
        'calls_total{code="OK"} 5',
        'calls_total{code="Internal"} 7',
        "lowest 1",
        "highest 7",
        "mean 4",
        "version 4",
      ],
    );
  });
});

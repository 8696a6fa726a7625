/** The alerts for Prometheus, as its own tool takes them, and as their documents tell of them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { skipWithout } from "../transport/peers/programs.js";

const RULES = readFileSync(join(ROOT, "deploy/prometheus/alerts.yml"), "utf8");
const DOCUMENT = readFileSync(join(ROOT, "docs/alerts.md"), "utf8");
const METRICS = readFileSync(join(ROOT, "docs/metrics.md"), "utf8");

/** What Prometheus itself and Node's own metrics are named. */
const OF_OTHERS = new Set(["up", "process_start_time_seconds"]);

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name as string);
}

describe("deploy/prometheus/alerts.yml", () => {
  it("fires at a server in trouble, and not at a usual one", {
    skip: skipWithout("promtool", "Debian: prometheus"),
  }, () => {
    const cwd = join(ROOT, "deploy/prometheus");
    execFileSync("promtool", ["check", "rules", "alerts.yml"], { cwd, stdio: "pipe" });
    execFileSync("promtool", ["test", "rules", "alerts.test.yml"], { cwd, stdio: "pipe" });
  });

  it("is documented alert by alert", () => {
    const alerts = namesIn(RULES, /- alert: (\w+)/g);
    assert.deepEqual(namesIn(DOCUMENT, /^## (\w+)$/gm), alerts);
    const runbooks = namesIn(RULES, /runbook: docs\/alerts\.md#(\w+)/g);
    assert.deepEqual(
      runbooks,
      alerts.map((name) => name.toLowerCase()),
    );
  });

  it("asks for metrics that there are", () => {
    const asked = namesIn(RULES, /\b((?:secure_token|grpc_server|process)_\w+|up)(?=[{[)\s])/g);
    const told = new Set([...OF_OTHERS, ...namesIn(METRICS, /^\| `(\w+)`/gm)]);
    for (const name of asked) {
      assert.ok(told.has(name.replace(/_bucket$/, "")), `${name} is no metric of docs/metrics.md`);
    }
  });
});

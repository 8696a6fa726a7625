/** The chart, rendered by Helm's own engine. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/buf.js";
import type { Values } from "./chart-values.js";

/** The chart's folder. */
export const CHART = join(ROOT, "deploy/helm/secure-token");
const PYTHON = join(ROOT, ".venv/bin/python");
const ENGINE = join(ROOT, "test/deploy/chart.py");

/** A resource of Kubernetes, as far as these tests look into it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has another form, and its schema has been checked.
  readonly spec: any;
  readonly data?: Record<string, string>;
}

/** Why the tests of the chart are skipped; false where they are not. In CI they always run. */
export function skipWithoutHelm(): string | false {
  const libraries = ["-c", "import helm_python, kubernetes_validate"];
  if (process.env.CI || spawnSync(PYTHON, libraries).status === 0) return false;
  return "Helm's engine is not installed in .venv (PyPI: test/deploy/requirements.txt)";
}

/** Has Helm's engine lint or render the chart with values, which may be the text of a file. */
export function helm(
  command: "lint" | "render",
  values: Values | string,
): { code: number; output: string } {
  // JSON is YAML.
  return run([command, CHART], typeof values === "string" ? values : JSON.stringify(values));
}

/** Renders the chart, and checks each resource against Kubernetes' schemas. */
export function render(values: Values | string): Resource[] {
  return resultOf(helm("render", values));
}

/** A file of YAML that is no resource. */
export function readPlainYaml(path: string): unknown[] {
  return resultOf(run(["read"], readFileSync(path, "utf8")));
}

function run(args: readonly string[], input: string): { code: number; output: string } {
  // biome-ignore format: one argument a word
  const { status, stdout, stderr, error } = spawnSync(PYTHON, [ENGINE, ...args], { input, encoding: "utf8", maxBuffer: 1e8 });
  if (error) throw error;
  return { code: status ?? 1, output: status === 0 ? stdout : stderr };
}

// biome-ignore lint/suspicious/noExplicitAny: YAML has any form.
function resultOf({ code, output }: { code: number; output: string }): any[] {
  if (code !== 0) throw new Error(output);
  return JSON.parse(output);
}

/** The chart, rendered by helm itself. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { findProgram } from "../transport/peers/programs.js";
import type { Values } from "./chart-values.js";

/** The chart's folder. */
export const CHART = join(ROOT, "deploy/helm/secure-token");
const PYTHON = join(ROOT, ".venv/bin/python");
const READER = join(ROOT, "test/deploy/rendered.py");

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

/** Why the tests of the chart are skipped; false where they are not. helm takes minutes to compile: .ci/run does not. */
export function skipWithoutHelm(): string | false {
  if (findProgram("helm") === undefined) {
    return "helm is not installed (Go: helm.sh/helm/v3/cmd/helm@v3.22.0)";
  }
  if (findProgram("kubernetes-validate") !== undefined) return false;
  return "kubernetes-validate is not installed in .venv (PyPI: test/deploy/requirements.txt)";
}

/** Runs helm with values, which may be the text of a file. */
export function helm(
  args: readonly string[],
  values: Values | string,
): { code: number; output: string } {
  const file = join(scratchFolder(), "values.yaml");
  // JSON is YAML.
  writeFileSync(file, typeof values === "string" ? values : JSON.stringify(values));
  const command = findProgram("helm") as string;
  // biome-ignore format: one argument a word
  const run = spawnSync(command, [...args, CHART, "--values", file], { encoding: "utf8", maxBuffer: 1e8 });
  return { code: run.status ?? 1, output: run.status === 0 ? run.stdout : run.stderr };
}

/** Renders the chart, and checks each resource against Kubernetes' schemas. */
export function render(values: Values | string): Resource[] {
  const { code, output } = helm(["template", "tokens", "--namespace", "auth"], values);
  if (code !== 0) throw new Error(output);
  return readYaml(output, []);
}

/** A file of YAML that is no resource. */
export function readPlainYaml(path: string): unknown[] {
  return readYaml(readFileSync(path, "utf8"), ["--plain"]);
}

// biome-ignore lint/suspicious/noExplicitAny: YAML has any form.
function readYaml(text: string, options: readonly string[]): any[] {
  const args = [READER, ...options];
  return JSON.parse(execFileSync(PYTHON, args, { input: text, encoding: "utf8", maxBuffer: 1e8 }));
}

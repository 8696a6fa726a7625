/**
 * `npm run checkov`: what checkov finds in the rendered chart, the Dockerfile and the workflows. Fails where that is
 * anything that `checkov.yaml` does not excuse.
 *
 * checkov is to be had from PyPI (`pip install checkov==3.3.30`, a minute or two) and is looked for in PATH; the chart's
 * libraries in .venv.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { findProgram } from "../transport/peers/programs.js";
import { RIGHT_VALUES, type Values } from "./chart-values.js";
import { render } from "./helm.js";

const WORKFLOWS = join(ROOT, ".github/workflows");
const CONFIG = join(ROOT, "test/deploy/checkov.yaml");

const program = findProgram("checkov");
if (program === undefined) throw new Error("checkov is not installed (PyPI: checkov)");

/** Prints what is wrong. Whether that is nothing. @param where arguments that name files or a folder */
function passes(framework: string, where: readonly string[]): boolean {
  const args = ["--config-file", CONFIG, "--framework", framework, ...where];
  const { status, error } = spawnSync(program as string, args, { stdio: "inherit" });
  if (error) throw error;
  return status === 0;
}

/** The chart with values, a file for each resource. Policies are on, as they are by default. */
function write(values: Values, folder: string): void {
  mkdirSync(folder);
  const networkPolicy = { ...(values.networkPolicy as object), enabled: true };
  for (const [index, resource] of render({ ...values, networkPolicy }).entries())
    writeFileSync(join(folder, `${index}-${resource.kind}.json`), JSON.stringify(resource));
}

const charts = scratchFolder();
for (const [what, values] of Object.entries(RIGHT_VALUES))
  write(values, join(charts, what.replace(/\W+/g, "-")));

// Of a folder above them it would read all that is installed.
const workflows = readdirSync(WORKFLOWS).flatMap((name) => ["--file", join(WORKFLOWS, name)]);
const results = [
  passes("kubernetes", ["--directory", charts]),
  passes("dockerfile", ["--directory", join(ROOT, "deploy")]),
  passes("github_actions", workflows),
];
process.exitCode = results.every(Boolean) ? 0 : 1;

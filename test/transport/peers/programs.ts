/** The programs of others that these tests start. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../support/buf.js";

/** Where `.ci/run` puts what Debian has no package of. */
const VENV = join(ROOT, ".venv");

/** A program's file, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  return [...(process.env.PATH ?? "").split(":"), "/usr/sbin", join(VENV, "bin")]
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** Envoy's file: the wheel keeps the program beside its Python modules. */
export function findEnvoy(): string | undefined {
  const found = findProgram("envoy");
  const lib = join(VENV, "lib");
  if (found !== undefined || !existsSync(lib)) return found;
  return readdirSync(lib)
    .map((python) => join(lib, python, "site-packages/envoy/_bin/envoy"))
    .find((file) => existsSync(file) && isExecutable(file));
}

/**
 * Why a test is skipped that needs a program; false where it is not.
 *
 * @param source where the program is to be had
 */
export function skipWithout(
  name: string,
  source: string,
  file: string | undefined = findProgram(name),
): string | false {
  // What continuous integration installs must be there: the test fails.
  if (file !== undefined || process.env.CI) return false;
  return `${name} is not installed (${source})`;
}

function isExecutable(file: string): boolean {
  try {
    execFileSync(file, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

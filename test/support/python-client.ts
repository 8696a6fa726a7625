/** The Python client, in the virtual environment of its conformance driver. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./buf.js";

const DRIVER = join(ROOT, "test/conformance/drivers/python");

/** The Python that has the client, once it is installed. */
export const CLIENT_PYTHON = join(DRIVER, ".venv/bin/python");

/** Why tests with the Python client are skipped; false where they run. In CI they always run. */
export function skipWithoutPythonClient(): string | false {
  if (process.env.CI || existsSync(CLIENT_PYTHON)) return false;
  return "the Python client is not installed; npm run test:clients does it";
}

/** Installs the client, unless it is there as it is now. Needs python3 and the package index. */
export async function installPythonClient(): Promise<void> {
  await promisify(execFile)("python3", ["build.py"], { cwd: DRIVER });
}

/** Where the Python library is installed. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** The Python of the project's own virtual environment. */
export const VENV = `${root}.venv/bin/python`;
const REQUIREMENTS = `${root}test/python/requirements.txt`;

/** The first Python that has the library, if there is one. */
export function findPython(): string | undefined {
  return [VENV, "python3"].find((python) => {
    try {
      execFileSync(python, ["-c", "import secure_token"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** Puts the library into `.venv`, which is made where it is missing. Needs python3 and the package index. */
export function createVenv(): string {
  // Another test may be running a program of it.
  if (!existsSync(VENV)) {
    execFileSync("python3", ["-m", "venv", `${root}.venv`], { stdio: "inherit" });
  }
  const install = ["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS];
  execFileSync(VENV, install, { stdio: "inherit" });
  return VENV;
}

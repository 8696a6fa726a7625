/** Runs the buf that the project installs. */
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);
const BIN = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));

/** The project's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs buf in the project's root; rejects, with what it printed, when it fails. */
export async function buf(...args: string[]): Promise<string> {
  const { stdout } = await execFileAsync(join(BIN, "buf"), args, {
    cwd: ROOT,
    // buf looks for its plugins there.
    env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** A local repository of Maven of a test's own. */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { scratchFolder } from "./scratch-folder.js";

/**
 * Makes a local repository that goes with the process: all that this machine has downloaded (links, no copies),
 * but what it has installed of this project itself. What is installed there stays unknown to other builds.
 * For `-Dmaven.repo.local`.
 */
export function scratchMavenRepository(): string {
  const repository = join(scratchFolder(), "repository");
  const own = join(homedir(), ".m2/repository");
  if (existsSync(own)) execFileSync("cp", ["-al", own, repository]);
  rmSync(join(repository, "dev/securetoken"), { recursive: true, force: true });
  return repository;
}

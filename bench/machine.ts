/** What a run was made on. */
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { NODE_FLAGS } from "./server-commands.js";

/** Machine, versions and time of a run. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  readonly nodeFlags: readonly string[];
  readonly go: string | undefined;
  readonly python: string | undefined;
  readonly h2load: string | undefined;
}

/** Describes this machine, now. */
export function describeMachine(python: string | undefined): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: version("uname", ["-sr"]) ?? "unknown",
    node: process.versions.node,
    nodeFlags: NODE_FLAGS,
    go: version("go", ["env", "GOVERSION"]),
    python: python && version(python, ["--version"]),
    h2load: version("h2load", ["--version"]),
  };
}

function version(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

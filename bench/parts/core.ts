/** Microseconds a token, in-process: each contender a process of its own on the servers' core. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Bench } from "../bench.js";
import { onCores, SERVER_CORE } from "../cores.js";
import { bundle, ROOT } from "../prepare.js";
import { interleave } from "../rounds.js";
import { NODE_FLAGS } from "../server-commands.js";

/** The part's name in the results. */
export const CORE = "core";

/** A contender: its name in the results, how it is started, and its share of the calls. */
interface CoreProcess {
  readonly id: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly share: number;
}

/** Ours, in the results. */
export const CORE_OURS = "ours";
/** The Python library, in the results. */
export const CORE_ORIGINAL = "Python original (secure-token 1.0.2)";

/** Measures every contender that can be run. */
export async function measureCore({ rounds, calls, tools, results }: Bench): Promise<void> {
  const core = pathToFileURL(join(ROOT, "dist/core/index.js")).href;
  const node = (id: string, share: number): CoreProcess => {
    const args = [...NODE_FLAGS, bundle("core-worker"), id, core];
    return { id, command: process.execPath, args, share };
  };
  const contenders: CoreProcess[] = [
    node(CORE_OURS, 1),
    node("node:crypto, straightforward", 1),
    node("npm fernet", 0.1),
    node("jose, JWT HS256 (signed only)", 0.2),
  ];
  const script = join(ROOT, "bench/core/core.py");
  if (tools.python !== undefined) {
    const python = { command: tools.python, share: 1 };
    contenders.push(
      { ...python, id: CORE_ORIGINAL, args: [script, "original"] },
      { ...python, id: "Python cryptography.fernet", args: [script, "pyca"] },
    );
  }
  const processes = contenders.map((contender) => ({ ...contender, ...start(contender) }));
  try {
    await interleave(
      results,
      rounds,
      processes.map(({ id, share, time }) => ({
        part: CORE,
        id,
        measure: () => time(Math.max(1, Math.round(calls * share))),
      })),
    );
  } finally {
    for (const { stop } of processes) stop();
  }
}

function start({ id, command, args }: CoreProcess) {
  const run = onCores(SERVER_CORE, command, args);
  const env = { PATH: process.env.PATH ?? "", TZ: "UTC" };
  const child = spawn(run.command, run.args, { stdio: ["pipe", "pipe", "inherit"], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async time(calls: number): Promise<Record<string, number>> {
      child.stdin.write(`${calls}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${id} has ended`);
      const { generate, validate } = JSON.parse(value);
      return { "generate µs": generate, "validate µs": validate };
    },
    stop: () => child.stdin.end(),
  };
}

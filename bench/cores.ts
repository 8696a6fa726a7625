/** Which cores run what: servers on the first, everything else on the second. */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

const CORES = availableParallelism();

/** The core of every server and of everything that runs in-process. */
export const SERVER_CORE = "0";

/** The core of the load generators and of the benchmark itself. */
export const LOAD_CORE = CORES > 1 ? "1" : "0";

/** The cores of a server of two workers, and of the load on it. */
export const PAIR_CORES = CORES > 1 ? "0,1" : "0";

/** Where the load on `PAIR_CORES` runs: a core of its own where there is a third. */
export const PAIR_LOAD_CORE = CORES > 2 ? "2" : PAIR_CORES;

/** Whether the load on two workers has a core of its own. */
export const PAIR_HAS_OWN_LOAD_CORE = CORES > 2;

/** The command line that runs a command on these cores. */
export function onCores(cores: string, command: string, args: readonly string[]) {
  return { command: "taskset", args: ["-c", cores, command, ...args] };
}

/** Moves the benchmark itself off the servers' core. */
export function leaveServerCore(): void {
  execFileSync("taskset", ["-a", "-c", "-p", LOAD_CORE, String(process.pid)], { stdio: "ignore" });
}

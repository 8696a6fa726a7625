/** What a process and its children have used, as Linux tells it in /proc. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Memory of a process and its children, in bytes. */
export interface Memory {
  /** Resident now. */
  readonly resident: number;
  /** The sum of each process's largest resident size. */
  readonly peak: number;
}

/** The process and all that descend from it. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(statOf(Number(name))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (const one of tree) tree.push(...(children.get(one) ?? []));
  return tree;
}

/** Processor time, user and system, of the process and its living children, in seconds. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const one of processTree(pid)) {
    const stat = statOf(one);
    if (stat) ticks += Number(stat[11]) + Number(stat[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Memory of the process and its children. */
export function memoryOf(pid: number): Memory {
  let resident = 0;
  let peak = 0;
  for (const one of processTree(pid)) {
    const status = read(`/proc/${one}/status`);
    resident += kibibytes(status, "VmRSS");
    peak += kibibytes(status, "VmHWM");
  }
  return { resident, peak };
}

/** The fields of /proc/PID/stat after the command's name, which may hold anything. */
function statOf(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text === "" ? undefined : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function kibibytes(status: string, field: string): number {
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}

/** The file's text, empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

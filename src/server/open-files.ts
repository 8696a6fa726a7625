/** How many connections the operating system lets this process keep open. */
import { readFileSync } from "node:fs";
import { DEFAULT_LIMITS } from "../transport/limits.js";

/** Where Linux tells a process its limits. Node raises the soft limit to the hard one at start. */
const PROC_LIMITS = "/proc/self/limits";
/** What is kept for everything but connections: files that are read again, logs, stores, the event loop. */
const RESERVE = 64;
/** The share of the files that is kept, where it is more. */
const RESERVE_SHARE = 0.1;

/** The most files that this process may have open; undefined where the system does not tell. */
export function openFileLimit(path: string = PROC_LIMITS): number | undefined {
  try {
    const line = readFileSync(path, "latin1")
      .split("\n")
      .find((candidate) => candidate.startsWith("Max open files"));
    const soft = Number.parseInt(line?.slice("Max open files".length).trim() ?? "", 10);
    return Number.isNaN(soft) ? undefined : soft;
  } catch {
    return undefined;
  }
}

/**
 * The most connections to keep open: as many as `DEFAULT_LIMITS` allows, and never so many that no file
 * could be opened, since a caller's revocation is in a file.
 *
 * @param openFiles the most files that may be open; undefined for no bound
 */
export function maxConnectionsFor(openFiles: number | undefined): number {
  const { maxConnections } = DEFAULT_LIMITS;
  if (openFiles === undefined) return maxConnections;
  const reserve = Math.max(RESERVE, Math.ceil(openFiles * RESERVE_SHARE));
  return Math.max(1, Math.min(maxConnections, openFiles - reserve));
}

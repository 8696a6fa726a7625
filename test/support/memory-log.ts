/** A shared log in memory, for servers of one test. */
import type { Revocation } from "../../src/core/index.js";
import type { RevocationLog } from "../../src/revocation/log/log.js";

/** The log as each server opens it, and what it holds, oldest first. */
export interface MemoryLog {
  readonly held: readonly Revocation[];
  open(): RevocationLog;
}

/** Makes one that holds some entries. */
export function memoryLog(...entries: Revocation[]): MemoryLog {
  let first = 0;
  const rows = entries.map((entry) => ({ entry, at: first++ }));
  const listeners = new Set<() => void>();
  return {
    get held() {
      return rows.map(({ entry }) => entry);
    },
    open: () => ({
      name: "memory",
      async append(revocations) {
        for (const entry of revocations) rows.push({ entry, at: first++ });
        for (const listener of listeners) listener();
      },
      async read(position) {
        const from = Number(position ?? -1);
        const revocations = rows.filter(({ at }) => at > from).map(({ entry }) => entry);
        const end = `${first - 1}`;
        return { revocations, position: end, end, caughtUp: true, reset: false };
      },
      hasReached: (position, end) => Number(position) >= Number(end),
      onHint: (listener) => void listeners.add(listener),
      async *removeExpired(now) {
        const kept = rows.filter(({ entry }) => entry.expiresAt >= now);
        rows.splice(0, rows.length, ...kept);
      },
      close: () => Promise.resolve(),
    }),
  };
}

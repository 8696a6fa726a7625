/** What a process tells whoever watches it; plain data, which a worker can send to its primary. */
import type { MetricsSnapshot } from "./metric.js";

/** Whether the server is to be sent calls. */
export interface Readiness {
  readonly ready: boolean;
  /** True for each part that is what its file or its peer says. */
  readonly parts: Readonly<Record<string, boolean>>;
}

/** A process at one moment. */
export interface ProcessReport {
  readonly metrics: MetricsSnapshot;
  readonly readiness: Readiness;
}

/** That of a process which takes no calls, or does not say so. */
export const NOT_SERVING: Readiness = { ready: false, parts: {} };

/** The readiness of several processes as one: calls may come while one takes them. */
export function combineReadiness(all: readonly Readiness[]): Readiness {
  const parts: Record<string, boolean> = {};
  for (const each of all) {
    for (const [name, inForce] of Object.entries(each.parts)) {
      parts[name] = (parts[name] ?? true) && inForce;
    }
  }
  return { ready: all.some(({ ready }) => ready), parts };
}

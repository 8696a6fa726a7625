/** What a process tells whoever watches it; plain data, which a worker can send to its primary. */
import type { MetricsSnapshot } from "./registry.js";

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

/** How long a process may take to report, in milliseconds; one that hangs is left out. Probes wait for a second. */
const REPORT_TIMEOUT_MS = 500;

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

/** The reports of those that report in time. */
export async function gatherReports(
  asked: readonly Promise<ProcessReport | undefined>[],
): Promise<ProcessReport[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), REPORT_TIMEOUT_MS);
  });
  const reports = await Promise.all(asked.map((each) => Promise.race([each, late])));
  clearTimeout(timer);
  return reports.filter((report) => report !== undefined);
}

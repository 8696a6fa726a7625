import { LogUnavailableError } from "./log.js";

/**
 * Runs a task for a limited time.
 *
 * @param timeoutMs milliseconds after which the task's signal is aborted and the call rejects
 * @throws LogUnavailableError when the time is up; else what the task throws
 */
export function within<T>(
  timeoutMs: number,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      controller.abort();
      reject(new LogUnavailableError("the log does not answer in time"));
    }, timeoutMs);
    task(controller.signal)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

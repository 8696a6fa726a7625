/** Lets several parts of a configuration be read at once, and tells the faults of all of them. */
import { ConfigError } from "./config/index.js";

/**
 * Waits for all; gives what they give.
 * @throws ConfigError with the faults of every ConfigError; any other error as it is.
 */
export async function everyFault<T extends readonly unknown[]>(
  parts: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(parts);
  const errors = results.flatMap((it) => (it.status === "rejected" ? [it.reason as unknown] : []));
  const unforeseen = errors.find((error) => !(error instanceof ConfigError));
  if (unforeseen !== undefined) throw unforeseen;
  const faults = errors.flatMap((error) => (error as ConfigError).faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return results.map((it) => (it as PromiseFulfilledResult<unknown>).value) as {
    -readonly [K in keyof T]: Awaited<T[K]>;
  };
}

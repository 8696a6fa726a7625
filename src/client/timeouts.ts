/** How long a call may take. A server takes no deadline of more than a minute. */

/** Where neither a call nor its client says, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 5000;
const MAX_TIMEOUT_MS = 60_000;
/** The most that is sent: what is on its way at the limit would arrive beyond it. */
const MAX_SENT_MS = 59_900;

/**
 * A timeout in milliseconds as it is sent, by default 5 seconds.
 * @throws TypeError naming the option where it is not above 0 and at most 60,000.
 */
export function toTimeout(timeoutMs: number | undefined, name: string): number {
  if (timeoutMs === undefined) return DEFAULT_TIMEOUT_MS;
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new TypeError(`${name} must be above 0 and at most ${MAX_TIMEOUT_MS} milliseconds`);
  }
  return Math.min(timeoutMs, MAX_SENT_MS);
}

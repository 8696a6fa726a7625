/** Calls the hooks of a program. */

/** Tells a hook. What it throws, or rejects with, changes nothing: it must not decide about a token or a call. */
export function tell<About extends readonly unknown[]>(
  hook: ((...about: About) => void) | undefined,
  ...about: About
): void {
  try {
    const told: unknown = hook?.(...about);
    // A function of type `void` may be async: what it rejects with would end the process.
    if (told !== undefined) Promise.resolve(told).catch(() => {});
  } catch {
    // The hook's own fault.
  }
}

/** Whether a server vouches for tokens, as a part of its health. */
import type { RevocationRegister } from "../revocation/register.js";

/** How often health learns of it, in milliseconds. */
const HEALTH_MS = 500;

/** Tells health whether the server vouches for tokens, from now on, until `stop` is called. */
export function followFreshness(
  register: RevocationRegister,
  setHealth: (name: string, inForce: boolean) => void,
): { stop(): void } {
  if (!register.isEnabled) return { stop() {} };
  let told: boolean | undefined;
  const tell = () => {
    const { isFresh } = register;
    if (isFresh !== told) setHealth("revocations", isFresh);
    told = isFresh;
  };
  tell();
  const timer = setInterval(tell, HEALTH_MS).unref();
  return { stop: () => clearInterval(timer) };
}

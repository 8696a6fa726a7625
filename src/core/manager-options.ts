/** What a manager takes from outside: limits, time, randomness and revocations. */
import { refuseUnknownOptions } from "../values/known-options.js";
import { createRandomPool, type RandomBytes } from "./primitives.js";
import { NOTHING_REVOKED, type RevocationCheck } from "./revocations.js";
import { checkExpiresHours } from "./rules.js";
import {
  DEFAULT_EXPIRATION_HOURS,
  LONGEST_MAX_SESSION_HOURS,
  validateMaxSessionHours,
} from "./settings.js";
import { type Clock, systemClock } from "./time.js";

/** What a manager takes from outside. */
export interface ManagerOptions {
  /** The lifetime of a token that names none, in hours, 0 < h <= 8760. Default 24. */
  readonly defaultExpirationHours?: number;
  /**
   * How long after its start a session may be refreshed: 0 < h <= 87600. Default 87600, ten years:
   * the Python library, for which this one stands in, knows no end. A server's default is 720.
   */
  readonly maxSessionHours?: number;
  /** Tells the present. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Gives token ids and initialization vectors. Default: the operating system's. */
  readonly random?: RandomBytes;
  /** What is revoked. Asked of authentic tokens only. Default: nothing is. */
  readonly revocations?: RevocationCheck;
}

const OPTIONS: readonly (keyof ManagerOptions)[] = [
  "defaultExpirationHours",
  "maxSessionHours",
  "clock",
  "random",
  "revocations",
];

/**
 * The options with their defaults.
 * @throws TypeError for an option that does not exist; TokenError when `defaultExpirationHours` or
 * `maxSessionHours` is out of range.
 */
export function completeOptions(options: ManagerOptions): Required<ManagerOptions> {
  refuseUnknownOptions("SecureTokenManager", options, OPTIONS);
  const defaultExpirationHours = options.defaultExpirationHours ?? DEFAULT_EXPIRATION_HOURS;
  checkExpiresHours(defaultExpirationHours, "DEFAULT_EXPIRATION_HOURS");
  const maxSessionHours = options.maxSessionHours ?? LONGEST_MAX_SESSION_HOURS;
  validateMaxSessionHours(maxSessionHours);
  return {
    defaultExpirationHours,
    maxSessionHours,
    clock: options.clock ?? systemClock,
    random: options.random ?? createRandomPool(),
    revocations: options.revocations ?? NOTHING_REVOKED,
  };
}

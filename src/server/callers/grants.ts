/** The grants of a row of the callers file: patterns that can match something, and a longest lifetime. */
import { TokenError, validateExpiresHours, validatePermissions } from "../../core/index.js";
import { checkAudience, checkUserId, MAX_EXPIRES_HOURS } from "../../core/rules.js";
import type { Grants } from "./caller-row.js";

const REQUIRED_MEMBERS = ["permissions", "user_id", "max_expires_in_hours"];
/** What grants consist of: all of it required but `audiences`. */
export const GRANTS_MEMBERS = [...REQUIRED_MEMBERS, "audiences"];

const PATTERN = /^[^*]*\*?$/;
const SHAPE = `grants must have permissions and user_id, exact or with a trailing *, and max_expires_in_hours, above 0 and at most ${MAX_EXPIRES_HOURS}; audiences, if given, as permissions`;
const PERMISSION = "be 2 to 30 printable characters, or at most 30 and a trailing *";
const NAME = "be 1 to 256 characters and no controls, or at most 256 and a trailing *";

/**
 * Reads grants. A pattern that no permission, or no user id, can match is a fault: the caller would be
 * refused with every request, and nobody would see why.
 *
 * @param faults gets a line for every fault, each beginning with the member's name
 */
export function parseGrants(value: unknown, faults: string[]): Grants | undefined {
  const {
    permissions,
    user_id: userId,
    max_expires_in_hours: hours,
    audiences = [],
  } = membersOf(value);
  const hasLists = Array.isArray(permissions) && Array.isArray(audiences);
  const hasShape = hasLists && [...permissions, userId, ...audiences].every(isPattern);
  if (!hasShape || !holds(() => validateExpiresHours(hours))) {
    faults.push(SHAPE);
    return undefined;
  }
  for (const [i, pattern] of permissions.entries()) {
    if (holds(() => validatePermissions([shortestMatch(pattern, 2)]))) continue;
    faults.push(`grants.permissions[${i}] must ${PERMISSION}`);
  }
  if (!holds(() => checkUserId(shortestMatch(userId as string, 1)))) {
    faults.push(`grants.user_id must ${NAME}`);
  }
  for (const [i, pattern] of audiences.entries()) {
    if (holds(() => checkAudience(shortestMatch(pattern, 1)))) continue;
    faults.push(`grants.audiences[${i}] must ${NAME}`);
  }
  return { permissions, userId: userId as string, maxExpiresHours: hours as number, audiences };
}

/** The members of a record that has the required ones; else none. */
function membersOf(value: unknown): Record<string, unknown> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isRecord || !REQUIRED_MEMBERS.every((name) => Object.hasOwn(value, name))) return {};
  return value as Record<string, unknown>;
}

function isPattern(value: unknown): value is string {
  return typeof value === "string" && PATTERN.test(value);
}

/** A text that the pattern matches, of at least `length` characters where it ends with *. */
function shortestMatch(pattern: string, length: number): string {
  if (!pattern.endsWith("*")) return pattern;
  const beginning = pattern.slice(0, -1);
  return beginning + "x".repeat(Math.max(0, length - [...beginning].length));
}

/** Whether a rule of the core holds. */
function holds(rule: () => unknown): boolean {
  try {
    rule();
    return true;
  } catch (error) {
    if (error instanceof TokenError) return false;
    throw error;
  }
}

/** What a request must present before its handler runs. */

/**
 * One of:
 *
 * - a list: a valid token with all of these permissions, each compared exactly;
 * - `{ anyOf: […] }`: a valid token with one of these permissions at least;
 * - `"anyValidToken"`: a valid token, whatever it permits;
 * - `"optional"`: no token, or a valid one; a token that is not valid is refused;
 * - `"open"`: nothing; the guard does not look at the request's token.
 *
 * An empty list is none of these, and neither is `undefined` or `null`: policies that hold one are refused,
 * and a request for which a function gives one is denied.
 */
export type Requirement =
  | readonly string[]
  | { readonly anyOf: readonly string[] }
  | "anyValidToken"
  | "optional"
  | "open";

const NAMED: ReadonlySet<unknown> = new Set(["anyValidToken", "optional", "open"]);

/** Takes a copy of a requirement. @throws TypeError that says what is wrong, under `name`. */
export function parseRequirement(requirement: unknown, name: string): Requirement {
  if (NAMED.has(requirement)) return requirement as Requirement;
  if (Array.isArray(requirement)) return parsePermissions(requirement, name);
  const { anyOf, ...others } = { ...(requirement as { anyOf?: unknown } | undefined) };
  if (!Array.isArray(anyOf) || Object.keys(others).length > 0) {
    throw new TypeError(
      `${name} requires nothing that can be checked: give a list of permissions, { anyOf: [...] }, "anyValidToken", "optional" or "open"`,
    );
  }
  return { anyOf: parsePermissions(anyOf, name) };
}

/** Whether a requirement is one. */
export function isRequirement(requirement: unknown): requirement is Requirement {
  if (NAMED.has(requirement)) return true;
  const permissions = permissionsOf(requirement as Requirement);
  return Array.isArray(permissions) && permissions.length > 0 && permissions.every(isPermission);
}

/** The permissions that a requirement names. */
export function permissionsOf(requirement: Requirement): readonly string[] {
  if (typeof requirement !== "object" || requirement === null) return [];
  return "anyOf" in requirement ? requirement.anyOf : requirement;
}

/** Whether a valid token with these permissions meets a requirement. */
export function isMet(requirement: Requirement, held: readonly string[]): boolean {
  if (typeof requirement === "string") return true;
  return "anyOf" in requirement
    ? requirement.anyOf.some((permission) => held.includes(permission))
    : requirement.every((permission) => held.includes(permission));
}

function parsePermissions(permissions: readonly unknown[], name: string): readonly string[] {
  if (permissions.length === 0) {
    throw new TypeError(`${name} lists no permission: "anyValidToken" takes any valid token`);
  }
  // Array.from, unlike every, meets the holes of a sparse array.
  return Array.from(permissions, (permission, i) => {
    if (isPermission(permission)) return permission;
    throw new TypeError(`${name}: permission ${i + 1} must be text that is not empty`);
  });
}

function isPermission(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

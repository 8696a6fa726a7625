/** Options as their caller meant them: a name that does not exist is an error, not a default. */

/**
 * Refuses names that `allowed` does not hold. Members that are undefined count as not given.
 * @throws TypeError naming the option, and `where` it was given.
 */
export function refuseUnknownOptions(
  where: string,
  options: unknown,
  allowed: readonly string[],
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${where} takes options as an object: { ${allowed.join(", ")} }`);
  }
  const unknown = Object.keys(options).find((name) => !allowed.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`${where} has no option "${unknown}"; it has ${allowed.join(", ")}`);
}

/** Refuses a value that is none of these. @throws TypeError naming the option. */
export function requireOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value === "string" && allowed.includes(value)) return;
  throw new TypeError(`${name} must be one of ${allowed.map((one) => `"${one}"`).join(", ")}`);
}

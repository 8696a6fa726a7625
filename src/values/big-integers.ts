/** The one rule for integers in additional_data, which travels as doubles. */

/** The most characters of a member's name in a path. */
const SHOWN_NAME = 40;

/**
 * The rule that additional_data breaks by an integer beyond ±(2^53 - 1), a `bigint`, with the path of
 * the first one; undefined where there is none. It follows the field's name. A cycle must have been
 * refused before.
 */
export function bigIntegerRule(data: unknown): string | undefined {
  const path = pathOfBigInteger(data, "additional_data");
  if (path === undefined) return undefined;
  return `must hold integers from -(2^53 - 1) to 2^53 - 1 only: write ${path} as a string`;
}

function pathOfBigInteger(value: unknown, path: string): string | undefined {
  if (typeof value === "bigint") return path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    // Paths are made for what is on the way to one, not for every member.
    if (!holdsBigInteger(member)) continue;
    return pathOfBigInteger(member, `${path}${Array.isArray(value) ? `[${name}]` : step(name)}`);
  }
  return undefined;
}

function holdsBigInteger(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsBigInteger);
}

/** A name may be anything that JSON can hold. */
function step(name: string): string {
  const short = name.length > SHOWN_NAME ? `${name.slice(0, SHOWN_NAME)}…` : name;
  return /^\w+$/.test(short)
    ? `.${short}`
    : `[${JSON.stringify(short.replace(/[^\x20-\x7e…]/g, "?"))}]`;
}

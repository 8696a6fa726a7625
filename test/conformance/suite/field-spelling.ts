/** The corpus names fields as the wire does; each language's clients name them in its own spelling. */

/** `expires_in`, or `expiresIn`. */
export type FieldSpelling = "snake_case" | "camelCase";

/** What is expected, with the `field` of every error in the language's spelling. */
export function spellFields(expected: unknown, spelling: FieldSpelling): unknown {
  if (spelling === "snake_case" || typeof expected !== "object" || expected === null) {
    return expected;
  }
  if (Array.isArray(expected)) return expected.map((item) => spellFields(item, spelling));
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => {
      const isField = name === "field" && typeof value === "string";
      return [name, isField ? camelCase(value) : spellFields(value, spelling)];
    }),
  );
}

function camelCase(field: string): string {
  const [first, ...rest] = field.split("_");
  return [first, ...rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))].join("");
}

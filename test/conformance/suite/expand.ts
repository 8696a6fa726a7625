/** Turns what a case says into what is sent or compared: names become values, short forms long. */

/** Values by name: those of tokens.json, and what earlier steps saved. */
export type Values = ReadonlyMap<string, string>;

/**
 * `${name}` within a text is replaced. Four objects stand for something long:
 * `{"$repeat": "x", "times": 3}` is "xxx"; `{"$list": "p-#", "times": 2, "from": 5}` is ["p-5", "p-6"],
 * of any value; `{"$concat": [...]}` joins lists; `{"$nested": 3}` is {"a": {"a": {}}}.
 */
export function expand(value: unknown, values: Values): unknown {
  if (typeof value === "string") return substitute(value, values);
  if (Array.isArray(value)) return value.map((item) => expand(item, values));
  if (typeof value !== "object" || value === null) return value;
  if ("$repeat" in value && "times" in value) {
    return String(value.$repeat).repeat(Number(value.times));
  }
  if ("$list" in value && "times" in value) {
    const from = "from" in value ? Number(value.from) : 0;
    return Array.from({ length: Number(value.times) }, (_, i) =>
      expand(numbered(value.$list, from + i), values),
    );
  }
  if ("$concat" in value) return (expand(value.$concat, values) as unknown[]).flat();
  if ("$nested" in value) return nested(Number(value.$nested));
  // fromEntries: "__proto__" is an ordinary name here.
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, expand(it, values)]));
}

function substitute(text: string, values: Values): string {
  return text.replace(/\$\{([\w.]+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no value is named ${name}`);
    return value;
  });
}

/** The value with its number in the place of every `#`. */
function numbered(value: unknown, number: number): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll("#", String(number)));
}

function nested(levels: number): object {
  return levels === 1 ? {} : { a: nested(levels - 1) };
}

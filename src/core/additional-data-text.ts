/** `additional_data` in a payload as it is spelled there, which JavaScript's own JSON may alter. */
import { malformedToken } from "./errors.js";
import { endOfString, type StrictJson } from "./strict-json.js";

/**
 * The text of `additional_data` in a payload that `readClaims` accepts, digit for digit; "{}" where
 * there is none. For what is carried over unchanged.
 */
export function additionalDataText(payload: string): string {
  const start = valueOffset(payload, "additional_data");
  if (start === undefined) return "{}";
  let depth = 0;
  for (let i = start; i < payload.length; i++) {
    const char = payload[i];
    if (char === '"') i = endOfString(payload, i);
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return payload.slice(start, i + 1);
  }
  throw malformedToken();
}

/** Whether a member may be named `__proto__`, escapes considered. A text of that content counts. */
export function holdsProtoName(text: string, { value, hasEscapes }: StrictJson): boolean {
  const name = '"__proto__"';
  // Quotes are many: looking for the rest first takes a quarter of the time.
  if (text.includes("__proto__") && text.includes(name)) return true;
  return hasEscapes && JSON.stringify(value).includes(name);
}

/** Where the value of the payload's own member `name` starts, however the name is escaped. */
function valueOffset(payload: string, name: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < payload.length; i++) {
    const char = payload[i];
    if (char === '"') {
      const end = endOfString(payload, i);
      if (depth === 1 && JSON.parse(payload.slice(i, end + 1)) === name) {
        const colon = /^\s*:\s*/.exec(payload.slice(end + 1));
        if (colon) return end + 1 + colon[0].length;
      }
      i = end;
    } else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") depth--;
  }
  return undefined;
}

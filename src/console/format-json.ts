/** JSON for people to read, with every digit of a big integer. */
import type { JsonValue } from "../client/web.js";
import { visibleJson } from "./visible-text.js";

/** Two spaces a level. */
export function formatJson(value: JsonValue, indent = ""): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return visibleJson(value);
  const inner = `${indent}  `;
  const list = Array.isArray(value);
  const items = Object.entries(value).map(([name, item]) => {
    const text = formatJson(item as JsonValue, inner);
    return `\n${inner}${list ? text : `${visibleJson(name)}: ${text}`}`;
  });
  const [open, close] = list ? "[]" : "{}";
  return items.length === 0 ? `${open}${close}` : `${open}${items.join(",")}\n${indent}${close}`;
}

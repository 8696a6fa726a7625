/**
 * The server's rules, in its own words, so that a fault shows while it is being typed. The server
 * decides all the same. Each function gives the fault, or `undefined`.
 */
import {
  bigIntegerRule,
  type JsonObject,
  type JsonValue,
  parseExactJson,
} from "../client/exact-json.js";

/** The most permissions of a token. */
export const MAX_PERMISSIONS = 64;
/** The most audiences of a token. */
export const MAX_AUDIENCES = 16;
/** The most permissions that are checked at once. */
export const MAX_CHECKED = 256;

/** Of a user's id and of an audience. */
const MAX_NAME = 256;
const MAX_REQUIRED_PERMISSION = 128;
const MAX_DATA = { depth: 32, nodes: 256, bytes: 4096 };
const CONTROL = /\p{Cc}/u;
/** What Python's `str.isprintable` refuses. */
const NOT_PRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** user_id. */
export function userIdFault(userId: string): string | undefined {
  return nameFault(userId, "user_id");
}

/** An audience to issue for, or to ask for; `field` is its name in the request. */
export function audienceFault(audience: string, field: string): string | undefined {
  return nameFault(audience, field);
}

function nameFault(name: string, field: string): string | undefined {
  const length = codePoints(name);
  if (length < 1 || length > MAX_NAME) return `${field} must be 1 to ${MAX_NAME} characters long`;
  if (!name.isWellFormed()) return `${field} must be well-formed Unicode`;
  return CONTROL.test(name) ? `${field} must not contain control characters` : undefined;
}

/** A permission to issue; `field` is its name in the request. */
export function permissionFault(permission: string, field: string): string | undefined {
  const length = codePoints(permission);
  if (length < 2 || length > 30) return "Permission length must be between 2 and 30 characters";
  return NOT_PRINTABLE.test(permission)
    ? `${field} must consist of printable characters`
    : undefined;
}

/** A permission to ask for. */
export function requiredPermissionFault(permission: string, field: string): string | undefined {
  if (!permission.isWellFormed()) return `${field} must be text`;
  return codePoints(permission) > MAX_REQUIRED_PERMISSION
    ? `${field} must be at most ${MAX_REQUIRED_PERMISSION} characters long`
    : undefined;
}

/** additional_data as it is typed: its value, or its fault. Nothing typed is an empty object. */
export function readAdditionalData(
  text: string,
): { readonly value: JsonObject } | { readonly fault: string } {
  let value: JsonValue;
  try {
    value = parseExactJson(text.trim() === "" ? "{}" : text);
  } catch (error) {
    return { fault: (error as Error).message };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { fault: "additional_data must be an object" };
  }
  const rule =
    valueRule(value, 0, { left: MAX_DATA.nodes }) ?? bigIntegerRule(value) ?? sizeRule(value);
  return rule ? { fault: `additional_data ${rule}` } : { value: value as JsonObject };
}

/** The first rule that a value or anything in it breaks. */
function valueRule(value: JsonValue, depth: number, nodes: { left: number }): string | undefined {
  if (--nodes.left < 0) return `must hold at most ${MAX_DATA.nodes} values`;
  if (typeof value === "string") return textRule(value);
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : "must hold finite numbers only";
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth >= MAX_DATA.depth) return `must be at most ${MAX_DATA.depth} levels deep`;
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") return "must not hold a member named __proto__";
    const rule = textRule(name) ?? valueRule(member, depth + 1, nodes);
    if (rule) return rule;
  }
  return undefined;
}

function textRule(text: string): string | undefined {
  return text.isWellFormed() ? undefined : "must hold well-formed Unicode only";
}

function sizeRule(value: JsonValue): string | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  return bytes > MAX_DATA.bytes ? `must be at most ${MAX_DATA.bytes} bytes as JSON` : undefined;
}

/** Unicode code points, as Python's `len` counts them. */
function codePoints(text: string): number {
  return [...text].length;
}

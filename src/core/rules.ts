/** What may be issued. Each rule throws a `TokenError` that names the field and the rule. */

import { MAX_ADDITIONAL_DATA_DEPTH } from "./claims.js";
import { type ErrorReason, TokenError } from "./errors.js";
import { stringifyExactJson } from "./exact-json.js";
import { hoursToMicros } from "./time.js";

/** The longest lifetime of a token, in hours: a year. */
export const MAX_EXPIRES_HOURS = 8760;
/** The most permissions that a token is issued with. */
export const MAX_PERMISSIONS = 64;
/** The most characters of a token, read or issued. */
export const MAX_TOKEN_LENGTH = 8192;
/** The most permissions that one CheckPermissions may ask for. */
export const MAX_CHECKED_PERMISSIONS = 256;
/** The most tokens in one batch. */
export const MAX_BATCH_TOKENS = 1000;

/** The most audiences that a token is issued with, or that are required of one. */
export const MAX_AUDIENCES = 16;

const MAX_NAME_LENGTH = 256;
const MAX_REQUIRED_PERMISSION_LENGTH = 128;
const ADDITIONAL_DATA_LIMITS = { depth: MAX_ADDITIONAL_DATA_DEPTH, nodes: 256, bytes: 4096 };
const CONTROL = /\p{Cc}/u;
/** What Python's `str.isprintable` refuses: controls, formats, unassigned, separators but space. */
const NOT_PRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** user_id: 1 to 256 code points, well-formed, no control characters. */
export function checkUserId(userId: unknown, field = "user_id"): string {
  return checkName(userId, (text) => broken(field, "USER_ID_INVALID", `user_id must ${text}`));
}

/** audiences: at most 16, each of the form of a user_id, none twice. */
export function checkAudiences(audiences: unknown, field = "audiences"): string[] {
  if (!Array.isArray(audiences)) {
    throw broken(field, "AUDIENCE_INVALID", `${field} must be a list`);
  }
  checkCount(audiences, MAX_AUDIENCES, field);
  return audiences.map((audience: unknown, i) => {
    const at = `${field}[${i}]`;
    if (audiences.indexOf(audience) === i) return checkAudience(audience, at);
    throw broken(at, "AUDIENCE_INVALID", `${at} must not stand twice`);
  });
}

/** An audience, of the form of a user_id. */
export function checkAudience(audience: unknown, field = "audience"): string {
  return checkName(audience, (text) => broken(field, "AUDIENCE_INVALID", `${field} must ${text}`));
}

/** Audiences that are asked for: one, or a list of at least one. */
export function checkRequiredAudiences(audience: unknown): readonly string[] {
  if (!Array.isArray(audience)) return [checkAudience(audience)];
  if (audience.length > 0) return checkAudiences(audience, "audience");
  throw broken("audience", "AUDIENCE_INVALID", "audience must be at least one");
}

/** 1 to 256 code points, well-formed, no control characters. */
function checkName(name: unknown, rule: (text: string) => TokenError): string {
  if (typeof name !== "string") throw rule("be a string");
  if (isPlain(name) && name.length >= 1 && name.length <= MAX_NAME_LENGTH) return name;
  const length = codePoints(name);
  if (length < 1 || length > MAX_NAME_LENGTH) {
    throw rule(`be 1 to ${MAX_NAME_LENGTH} characters long`);
  }
  if (!name.isWellFormed()) throw rule("be well-formed Unicode");
  if (CONTROL.test(name)) throw rule("not contain control characters");
  return name;
}

/** permissions: at most 64, each 2 to 30 printable code points. Gives them without duplicates. */
export function checkPermissions(permissions: unknown): string[] {
  if (!Array.isArray(permissions)) {
    throw broken("permissions", "PERMISSION_INVALID", "Permissions must be a list");
  }
  if (permissions.length > MAX_PERMISSIONS) {
    const text = `permissions must be at most ${MAX_PERMISSIONS}`;
    throw broken("permissions", "TOO_MANY_PERMISSIONS", text);
  }
  for (let i = 0; i < permissions.length; i++) checkPermission(permissions, i);
  return [...new Set<string>(permissions)];
}

function checkPermission(permissions: readonly unknown[], i: number): void {
  const permission = permissions[i];
  if (isPlain(permission) && permission.length >= 2 && permission.length <= 30) return;
  const field = `permissions[${i}]`;
  const rule = (text: string) => broken(field, "PERMISSION_INVALID", text);
  if (typeof permission !== "string") throw rule("Each permission must be a string");
  const length = codePoints(permission);
  if (length < 2 || length > 30) {
    throw rule("Permission length must be between 2 and 30 characters");
  }
  if (NOT_PRINTABLE.test(permission)) {
    throw rule(`${field} must consist of printable characters`);
  }
}

/** A lifetime in hours, above 0 and at most 8760, as microseconds of at least one. */
export function checkExpiresHours(hours: unknown, field = "expires_in"): number {
  const rule = (text: string) => broken(field, "EXPIRES_IN_OUT_OF_RANGE", text);
  // To Python, false is the number 0, and so out of range rather than no number.
  if (typeof hours !== "number" && hours !== false) throw rule("Expires hours must be a number");
  const inRange = hours !== false && hours > 0 && hours <= MAX_EXPIRES_HOURS;
  const micros = inRange ? hoursToMicros(hours) : 0;
  if (micros < 1) {
    throw rule(`Expires hours must be between 0 and ${MAX_EXPIRES_HOURS} hours`);
  }
  return micros;
}

/** additional_data as compact JSON: an object of at most 4 KiB, 32 levels and 256 values. */
export function checkAdditionalData(data: unknown): string {
  const rule = (text: string) =>
    broken("additional_data", "ADDITIONAL_DATA_INVALID", `additional_data ${text}`);
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw rule("must be an object");
  }
  const json = stringifyExactJson(data, ADDITIONAL_DATA_LIMITS);
  if (typeof json !== "string") throw rule(json.rule);
  return json;
}

/** A permission that is asked for: any text of at most 128 code points. */
export function checkRequiredPermission(permission: unknown, field: string): string {
  const rule = (text: string) =>
    broken(field, "REQUIRED_PERMISSION_INVALID", `${field} must be ${text}`);
  if (typeof permission !== "string" || !permission.isWellFormed()) throw rule("text");
  if (codePoints(permission) > MAX_REQUIRED_PERMISSION_LENGTH) {
    throw rule(`at most ${MAX_REQUIRED_PERMISSION_LENGTH} characters long`);
  }
  return permission;
}

const COUNT_REASONS: Readonly<Record<string, ErrorReason>> = {
  tokens: "TOO_MANY_TOKENS",
  targets: "TOO_MANY_TARGETS",
  audiences: "TOO_MANY_AUDIENCES",
  audience: "TOO_MANY_AUDIENCES",
};

/** A list of at most `max` items. */
export function checkCount(items: { readonly length: number }, max: number, field: string): void {
  if (items.length <= max) return;
  throw broken(
    field,
    COUNT_REASONS[field] ?? "TOO_MANY_PERMISSIONS",
    `${field} must be at most ${max}`,
  );
}

/** What makes a token long. */
interface LongParts {
  readonly permissions: readonly string[];
  readonly additionalDataJson: string;
  readonly audiences: readonly string[] | undefined;
}

/** A finished token of at most 8,192 characters; else names the largest of its parts. */
export function checkTokenLength(
  token: string,
  { permissions, additionalDataJson, audiences = [] }: LongParts,
): void {
  if (token.length <= MAX_TOKEN_LENGTH) return;
  const parts = {
    additional_data: Buffer.byteLength(additionalDataJson),
    permissions: Buffer.byteLength(permissions.join()),
    audiences: Buffer.byteLength(audiences.join()),
  };
  const [field] = Object.entries(parts).reduce((most, part) => (part[1] > most[1] ? part : most));
  const text = `${field} must be smaller: the token would exceed ${MAX_TOKEN_LENGTH} characters`;
  throw broken(field, "TOKEN_TOO_LARGE", text);
}

function broken(field: string, reason: ErrorReason, message: string): TokenError {
  return new TokenError(message, { reason, field });
}

/** Whether a value is text of printable ASCII alone, as nearly all of it is: most rules hold then. */
function isPlain(text: unknown): text is string {
  if (typeof text !== "string") return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** Unicode code points, as Python's `len` counts them. */
function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.codePointAt(i) as number) > 0xffff) {
      count--;
      i++;
    }
  }
  return count;
}

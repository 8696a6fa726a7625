/** A token's payload: what is written, and how it is read. */
import { malformedToken, missingClaim } from "./errors.js";
import { type JsonObject, parseExactJson } from "./exact-json.js";
import { MAX_CLOCK_SKEW_SECONDS } from "./fernet.js";
import { endOfString, parseStrictJson, type StrictJson } from "./strict-json.js";
import { formatNaive, Instant, isRepresentable, parseNaive } from "./time.js";
import { isId } from "./token-ids.js";

/** The version that every token carries. */
export const TOKEN_VERSION = "1.0";
/** Levels of `additional_data`, itself counted. */
export const MAX_ADDITIONAL_DATA_DEPTH = 32;

const REQUIRED = ["token_id", "user_id", "expires_at"] as const;
const QUARTER_HOUR = 900;
const MAX_ZONE_OFFSET_SECONDS = 15 * 3600;

/** What an authentic token holds. */
export interface Claims {
  /** Identifies the token in logs and revocations. Not secret. */
  readonly tokenId: string;
  /** Whom the token speaks for. */
  readonly userId: string;
  /** What the token permits. */
  readonly permissions: readonly string[];
  /** When it was issued. */
  readonly issuedAt: Instant;
  /** The last instant at which it is valid. */
  readonly expiresAt: Instant;
  /** What else it carries. Integers beyond ±(2^53 - 1) are `bigint`. */
  readonly additionalData: JsonObject;
  /**
   * The JSON text of `additionalData`, digit for digit. Only where it holds what JavaScript's own
   * JSON or a google.protobuf.Struct would alter: a big integer, or a member named `__proto__`.
   */
  readonly additionalDataJson?: string;
  /** The token_id of the first token of the session. */
  readonly sessionId: string;
  /** When the first token of the session was issued. */
  readonly sessionStartedAt: Instant;
  /**
   * The last instant at which a token of the session may be valid, as its issuer's grant bounds it.
   * Undefined where the issuer had no bound, and in tokens of the Python library.
   */
  readonly sessionExpiresAt?: Instant;
  /** False where the issuer does not let the token's holder refresh it. Undefined: it does. */
  readonly holderRefresh?: false;
  /** The services that the token is meant for, at least one. Undefined: it names none. */
  readonly audiences?: readonly string[];
}

/** A value whose members may be set while it is put together. */
export type Writable<T> = { -readonly [name in keyof T]: T[name] };

/** Claims as they are written: `additional_data` is already JSON. */
export interface NewClaims extends Omit<Claims, "additionalData" | "additionalDataJson"> {
  /** Compact JSON of an object. */
  readonly additionalDataJson: string;
}

/**
 * The payload's text, in the order and spelling of the Python library. The session is written
 * only where it is not the token's own, its bounds and audiences only where there are any: a first
 * token without them has the size of the Python library's, which ignores these members.
 */
export function writeClaims(claims: NewClaims): string {
  const session =
    claims.sessionId === claims.tokenId
      ? ""
      : `,"session_id":${JSON.stringify(claims.sessionId)},"session_started_at":"${formatNaive(claims.sessionStartedAt)}"`;
  const end =
    claims.sessionExpiresAt === undefined
      ? ""
      : `,"session_expires_at":"${formatNaive(claims.sessionExpiresAt)}"`;
  const holder = claims.holderRefresh === false ? ',"holder_refresh":false' : "";
  const audiences = claims.audiences ? `,"audiences":${JSON.stringify(claims.audiences)}` : "";
  return (
    `{"token_id":${JSON.stringify(claims.tokenId)},"user_id":${JSON.stringify(claims.userId)}` +
    `,"permissions":${JSON.stringify(claims.permissions)}` +
    `,"issued_at":"${formatNaive(claims.issuedAt)}","expires_at":"${formatNaive(claims.expiresAt)}"` +
    `,"additional_data":${claims.additionalDataJson},"version":"${TOKEN_VERSION}"${session}${end}${holder}${audiences}}`
  );
}

/**
 * Reads an authentic payload's text. `timestamp` is the Fernet timestamp in whole seconds.
 * @throws InvalidTokenError for anything that is not a complete, well-typed set of claims.
 */
export function readClaims(text: string, timestamp: number, now: Instant): Claims {
  const json = parseStrictJson(text, MAX_ADDITIONAL_DATA_DEPTH + 1);
  if (json === undefined) throw malformedToken();
  const fields = requireFields(json.value);
  const { token_id, user_id, permissions = [], issued_at, expires_at, version } = fields;
  const { additional_data = {}, session_id = token_id, session_started_at = issued_at } = fields;
  if (
    !isId(token_id) ||
    typeof user_id !== "string" ||
    !isStringArray(permissions) ||
    typeof issued_at !== "string" ||
    typeof expires_at !== "string" ||
    !isObject(additional_data) ||
    version !== TOKEN_VERSION ||
    !isId(session_id) ||
    typeof session_started_at !== "string"
  ) {
    throw malformedToken();
  }
  const issuedLocal = parseNaive(issued_at);
  const expiresLocal = parseNaive(expires_at);
  // Only this project writes a session's start, and it writes UTC.
  const ownSession = session_started_at === issued_at;
  const sessionStart = ownSession ? issuedLocal : parseNaive(session_started_at);
  if (!issuedLocal || !expiresLocal || !sessionStart) throw malformedToken();
  const offset = zoneOffset(issuedLocal, timestamp);
  const issuedAt = new Instant(issuedLocal.seconds - offset, issuedLocal.micros);
  const expiresAt = new Instant(expiresLocal.seconds - offset, expiresLocal.micros);
  if (isAheadOf(issuedAt, now)) throw malformedToken();
  if (!isRepresentable(issuedAt) || !isRepresentable(expiresAt)) throw malformedToken();
  const claims: Writable<Claims> = {
    tokenId: token_id,
    userId: user_id,
    permissions,
    issuedAt,
    expiresAt,
    additionalData: additional_data,
    sessionId: session_id,
    sessionStartedAt: ownSession ? issuedAt : sessionStart,
  };
  if (fields.session_expires_at !== undefined) {
    claims.sessionExpiresAt = readInstant(fields.session_expires_at);
  }
  if (fields.holder_refresh !== undefined) {
    if (typeof fields.holder_refresh !== "boolean") throw malformedToken();
    if (!fields.holder_refresh) claims.holderRefresh = false;
  }
  if (fields.audiences !== undefined) {
    if (!isStringArray(fields.audiences) || fields.audiences.length === 0) throw malformedToken();
    claims.audiences = fields.audiences;
  }
  if (!json.hasBigInteger && !holdsProtoName(text, json)) return claims;
  const additionalDataJson = additionalDataText(text);
  const additionalData = parseExactJson(additionalDataJson) as JsonObject;
  return { ...claims, additionalData, additionalDataJson };
}

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
function holdsProtoName(text: string, { value, hasEscapes }: StrictJson): boolean {
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

/**
 * How far the issuer's local time was ahead of UTC, in seconds: what `issued_at` read as UTC is
 * ahead of the authenticated timestamp, to the nearest quarter of an hour.
 */
function zoneOffset(issuedLocal: Instant, timestamp: number): number {
  const ahead = issuedLocal.seconds - timestamp + issuedLocal.micros / 1_000_000;
  const offset = Math.round(ahead / QUARTER_HOUR) * QUARTER_HOUR;
  if (Math.abs(offset) > MAX_ZONE_OFFSET_SECONDS) throw malformedToken();
  if (Math.abs(ahead - offset) > MAX_CLOCK_SKEW_SECONDS) throw malformedToken();
  return offset;
}

/** An instant that only this project writes, in UTC. */
function readInstant(value: unknown): Instant {
  const instant = typeof value === "string" ? parseNaive(value) : undefined;
  if (!instant) throw malformedToken();
  return instant;
}

/** Whether an instant is further ahead of `now` than clocks may differ. */
function isAheadOf(instant: Instant, now: Instant): boolean {
  const ahead = instant.seconds - now.seconds - MAX_CLOCK_SKEW_SECONDS;
  return ahead > 0 || (ahead === 0 && instant.micros > now.micros);
}

/** The payload's members, once the required ones are there. The first missing one is named. */
function requireFields(value: unknown): Record<string, unknown> {
  // Python's `in` looks into text and lists as well; it names what it misses there too.
  const searchable = typeof value === "string" || Array.isArray(value);
  if (!searchable && !isObject(value)) throw malformedToken();
  for (const claim of REQUIRED) {
    const present = searchable ? value.includes(claim) : Object.hasOwn(value, claim);
    if (!present) throw missingClaim(claim);
  }
  if (searchable) throw malformedToken();
  return value as Record<string, unknown>;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStringArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

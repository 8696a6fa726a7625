/** Reads the claims in an authentic token's payload, and refuses what is no complete set of them. */
import { additionalDataText, holdsProtoName } from "./additional-data-text.js";
import { type Claims, MAX_ADDITIONAL_DATA_DEPTH, TOKEN_VERSION, type Writable } from "./claims.js";
import { malformedToken, missingClaim } from "./errors.js";
import { type JsonObject, parseExactJson } from "./exact-json.js";
import { MAX_CLOCK_SKEW_SECONDS } from "./fernet.js";
import { parseStrictJson } from "./strict-json.js";
import { Instant, isRepresentable, parseNaive } from "./time.js";
import { isId } from "./token-ids.js";

const REQUIRED = ["token_id", "user_id", "expires_at"] as const;
const QUARTER_HOUR = 900;
const MAX_ZONE_OFFSET_SECONDS = 15 * 3600;

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

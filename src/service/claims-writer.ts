/** Claims written straight into answers, in protobuf's two formats, as protobuf-es would write them. */
import type { Claims, Duration, Instant, ValidToken } from "../core/index.js";
import { quoteJson } from "../core/quote-json.js";
import type { ProtoWriter } from "./proto-writer.js";

/** Writes token_id, user_id, permissions, issued_at and expires_at as five fields from `first` on. */
export function writeClaims(writer: ProtoWriter, first: number, claims: Claims): void {
  writer.string(first, claims.tokenId);
  writer.string(first + 1, claims.userId);
  writer.strings(first + 2, claims.permissions);
  writer.timestamp(first + 3, claims.issuedAt);
  writer.timestamp(first + 4, claims.expiresAt);
}

/**
 * The same with time_remaining, additional_data, one left out, session_id, key_id, session_started_at,
 * audiences and checked_audience: thirteen fields.
 */
export function writeValidClaims(writer: ProtoWriter, first: number, valid: ValidToken): void {
  writeClaims(writer, first, valid);
  writer.duration(first + 5, valid.timeRemaining);
  writer.struct(first + 6, valid.additionalData);
  writer.string(first + 8, valid.sessionId);
  writer.string(first + 9, valid.keyId);
  writer.timestamp(first + 10, valid.sessionStartedAt);
  writer.strings(first + 11, valid.audiences ?? []);
  writer.string(first + 12, valid.checkedAudience ?? "");
}

/** The same five fields as members of a JSON object, each behind a comma; default values are left out. */
export function jsonClaims(claims: Claims, issuedAt = timestampJson(claims.issuedAt)): string {
  const { permissions } = claims;
  return (
    jsonMember("tokenId", claims.tokenId) +
    jsonMember("userId", claims.userId) +
    jsonList("permissions", permissions) +
    `,"issuedAt":"${issuedAt}"` +
    `,"expiresAt":"${timestampJson(claims.expiresAt)}"`
  );
}

/** The fields of `writeValidClaims` as members of a JSON object, each behind a comma. */
export function jsonValidClaims(valid: ValidToken): string {
  const { issuedAt, sessionStartedAt } = valid;
  const issued = timestampJson(issuedAt);
  // Of a token that was never refreshed.
  const isFirst =
    sessionStartedAt.seconds === issuedAt.seconds && sessionStartedAt.micros === issuedAt.micros;
  return (
    jsonClaims(valid, issued) +
    `,"timeRemaining":"${durationJson(valid.timeRemaining)}"` +
    `,"additionalData":${JSON.stringify(valid.additionalData)}` +
    jsonMember("sessionId", valid.sessionId) +
    jsonMember("keyId", valid.keyId) +
    `,"sessionStartedAt":"${isFirst ? issued : timestampJson(sessionStartedAt)}"` +
    jsonList("audiences", valid.audiences) +
    jsonMember("checkedAudience", valid.checkedAudience ?? "")
  );
}

/** A member of a JSON object behind a comma, or nothing for an empty text. */
export function jsonMember(name: string, text: string): string {
  return text === "" ? "" : `,"${name}":${quoteJson(text)}`;
}

/** The same of a list of texts; nothing for an empty one. */
export function jsonList(name: string, texts: readonly string[] = []): string {
  return texts.length === 0 ? "" : `,"${name}":[${texts.map(quoteJson)}]`;
}

/** RFC 3339 with no, three or six fractional digits, as protobuf's JSON has it. */
export function timestampJson(instant: Instant): string {
  const text = instant.toString();
  const wholeMillis = instant.micros > 0 && instant.micros % 1000 === 0;
  return wholeMillis ? `${text.slice(0, -4)}Z` : text;
}

/** Seconds with no, three or six fractional digits, and an s. */
function durationJson({ seconds, micros }: Duration): string {
  if (micros === 0) return `${seconds}s`;
  const digits = String(micros).padStart(6, "0");
  return `${seconds}.${digits.endsWith("000") ? digits.slice(0, 3) : digits}s`;
}

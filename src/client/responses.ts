/**
 * Response messages as results. In protobuf an absent field reads as a default, so an answer that
 * lacks what every answer holds (an empty body from some proxy) is an RPC error, never a result.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type BatchValidateTokensResult,
  type ExportConfigResponse,
  type GenerateTokenResponse,
  type GetTokenInfoResponse,
  type IntrospectTokenResponse,
  KeyState,
  type RefreshTokenResponse,
  type TokenClaims,
  TokenState,
  type ValidateTokenResponse,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { fromStatus } from "./error-details.js";
import { TokenError } from "./errors.js";
import { type JsonObject, type JsonValue, parseExactJson } from "./exact-json.js";
import type * as op from "./operations.js";
import { type Duration, durationToHours, fromDuration, fromTimestamp } from "./time.js";

/** What every answer about a token has in common. Only a GenerateToken answer needs no exact JSON. */
type ClaimsMessage = Omit<
  TokenClaims,
  "$typeName" | "additionalDataJson" | "timeRemaining" | "sessionStartedAt" | "checkedAudience"
> &
  Partial<Pick<TokenClaims, "additionalDataJson">>;

/** What every answer about a valid token has in common. */
type ValidMessage = ClaimsMessage & Pick<TokenClaims, "timeRemaining" | "sessionStartedAt">;

/** The claims that every answer about a token has in common. */
export function toClaims(message: ClaimsMessage): op.Claims {
  const { tokenId, userId, permissions, audiences } = message;
  return {
    tokenId,
    userId,
    permissions,
    issuedAt: required(fromTimestamp(message.issuedAt), "issued_at"),
    expiresAt: required(fromTimestamp(message.expiresAt), "expires_at"),
    additionalData: toAdditionalData(message),
    sessionId: message.sessionId,
    keyId: message.keyId,
    ...(audiences.length > 0 && { audiences }),
  };
}

/** A new token. */
export function toIssuedToken(
  message: GenerateTokenResponse | RefreshTokenResponse,
): op.IssuedToken {
  const token = required(message.token, "token");
  return { token, ...toClaims(message) };
}

/** A refreshed token. */
export function toRefreshedToken(message: RefreshTokenResponse): op.RefreshedToken {
  return { ...toIssuedToken(message), clamped: message.clamped };
}

/** A valid token's claims. */
export function toValidToken(message: ValidateTokenResponse | GetTokenInfoResponse): op.ValidToken {
  required(message.valid, "valid");
  return toValidClaims(message);
}

function toValidClaims(message: ValidMessage): op.ValidToken {
  const claims = toClaims(message);
  const sessionStartedAt = fromTimestamp(message.sessionStartedAt) ?? claims.issuedAt;
  return { valid: true, ...claims, timeRemaining: toTimeRemaining(message), sessionStartedAt };
}

/**
 * An answer to what required an audience; an empty text required none. A server that is too old to know
 * of audiences passes over the question: its answer must not pass for a yes.
 */
export function checkedFor<T extends object>(
  audience: string,
  { checkedAudience }: { readonly checkedAudience: string },
  answer: T,
): T & { readonly checkedAudience?: string } {
  if (checkedAudience !== audience) throw malformed("does not say that the audience was checked");
  return audience === "" ? answer : { ...answer, checkedAudience };
}

/** All that is known of a valid token. */
export function toTokenInfo(message: GetTokenInfoResponse): op.TokenInfo {
  if (message.isRevoked) throw malformed("called a revoked token valid");
  const valid = toValidToken(message);
  const createdAt = required(fromTimestamp(message.createdAt), "created_at");
  required(fromTimestamp(message.sessionStartedAt), "session_started_at");
  return { ...valid, createdAt, isRevoked: false };
}

/** A token's state. One that this client does not know must pass for none of those it knows. */
export function toIntrospection(message: IntrospectTokenResponse): op.Introspection {
  const state: string | undefined = TokenState[message.state];
  if (state === undefined || message.state === TokenState.UNSPECIFIED) {
    throw malformed("holds a token state that this client does not know");
  }
  if (message.state === TokenState.INVALID) return { state: "INVALID" };
  const found = required(message.claims, "claims");
  return {
    state: state as op.TokenState,
    claims: toClaims(found),
    timeRemaining: toTimeRemaining(found),
    keyId: message.keyId,
  };
}

/** The answer for one token of a batch. */
export function toBatchResult(
  { result }: BatchValidateTokensResult,
  audience: string,
): op.BatchResult {
  if (result.case === "claims") {
    const { value } = result;
    return { claims: checkedFor(audience, value, toValidClaims(value)) };
  }
  if (result.case === undefined) throw malformed("holds neither claims nor error for a token");
  const error = fromStatus(result.value);
  // A status that is no fact about the token makes the call fail: the caller must not take it for one.
  if (!(error instanceof TokenError)) throw error;
  return { error };
}

/** The same where such a status, and an answer that cannot be read, are the error of that token alone. */
export function toLoneResult(result: BatchValidateTokensResult, audience: string): op.BatchResult {
  try {
    return toBatchResult(result, audience);
  } catch (error) {
    return { error: error as TokenError };
  }
}

/** How the server makes tokens. */
export function toExportedConfig(message: ExportConfigResponse): op.ExportedConfig {
  const { algorithm, version, iterations, salt, defaultExpiresIn, keys } = message;
  const { serverVersion, caller, callerRpcs } = message;
  return {
    algorithm,
    version,
    iterations,
    salt,
    defaultExpirationHours: durationToHours(required(defaultExpiresIn, "default_expires_in")),
    keys: keys.map(({ keyId, state }) => ({ keyId, state: toKeyState(state) })),
    serverVersion,
    caller,
    callerRpcs,
  };
}

/** `value`, unless it is what an absent field reads as. */
export function required<T>(value: T | undefined | false | "", field: string): T {
  if (value === undefined || value === false || value === "") throw malformed(`lacks ${field}`);
  return value;
}

/** As many results as were asked for: results are told apart by their position alone. */
export function sameCount<T>(results: readonly T[], asked: number): readonly T[] {
  if (results.length === asked) return results;
  throw malformed(`holds ${results.length} results where ${asked} were asked for`);
}

function toKeyState(state: KeyState): op.KeyState {
  return (KeyState[state] as op.KeyState | undefined) ?? "UNSPECIFIED";
}

function toTimeRemaining({ timeRemaining }: Pick<TokenClaims, "timeRemaining">): Duration {
  return required(fromDuration(timeRemaining), "time_remaining");
}

function toAdditionalData({ additionalData, additionalDataJson }: ClaimsMessage): JsonObject {
  if (!additionalDataJson) return (additionalData ?? {}) as JsonObject;
  let value: JsonValue;
  try {
    value = parseExactJson(additionalDataJson);
  } catch {
    throw malformed("holds an additional_data_json that is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed("holds an additional_data_json that is no object");
  }
  return value as JsonObject;
}

/** An answer that no server of ours gives. */
export class MalformedAnswerError extends ConnectError {
  constructor(text: string) {
    super(`the server's answer ${text}`, Code.Internal);
  }

  /** ConnectError's own would take any ConnectError for one of these. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(MalformedAnswerError, value);
  }
}

/** The error of an answer that no server of ours gives. */
export function malformed(text: string): MalformedAnswerError {
  return new MalformedAnswerError(text);
}

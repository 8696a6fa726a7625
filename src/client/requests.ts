/**
 * Arguments as request messages. What a message cannot carry is refused here, with the words and the
 * field of the server; every other rule is the server's to apply.
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type {
  GenerateTokenRequestSchema,
  RefreshTokenRequestSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { refuseUnknownOptions } from "../values/known-options.js";
import { InvalidTokenError, TokenError } from "./errors.js";
import type { CallOptions, CheckOptions, GenerateOptions, RefreshOptions } from "./operations.js";
import { toStruct } from "./struct.js";
import { hoursToDuration } from "./time.js";

/** The most characters of a token. */
export const MAX_TOKEN_LENGTH = 8192;
/** The most code points of a permission that is asked for. */
const MAX_REQUIRED_PERMISSION = 128;
/** The longest google.protobuf.Duration: 10,000 years, in hours. */
const MAX_DURATION_HOURS = 87_660_000;

const GENERATE_OPTIONS: readonly (keyof GenerateOptions)[] = [
  "permissions",
  "expiresInHours",
  "additionalData",
  "audiences",
];
const REFRESH_OPTIONS: readonly (keyof RefreshOptions)[] = ["newExpiresInHours", "revokeOld"];

const CHECK_OPTIONS: readonly (keyof CheckOptions)[] = [
  "timeoutMs",
  "signal",
  "headers",
  "waitForRate",
  "audience",
];

/** A GenerateToken request. @throws TokenError naming the input that no message can carry. */
export function toGenerateRequest(
  userId: unknown,
  options: GenerateOptions,
): MessageInitShape<typeof GenerateTokenRequestSchema> {
  refuseUnknownOptions("generateToken", options, GENERATE_OPTIONS);
  return {
    expiresIn: toLifetime(options.expiresInHours, "expires_in"),
    permissions: toPermissions(options.permissions ?? []),
    audiences: toAudiences(options.audiences ?? []),
    additionalData: toStruct(options.additionalData ?? {}),
    userId: toUserId(userId),
  };
}

/** A RefreshToken request. @throws TokenError, InvalidTokenError as above. */
export function toRefreshRequest(
  token: unknown,
  options: RefreshOptions,
): MessageInitShape<typeof RefreshTokenRequestSchema> {
  refuseUnknownOptions("refreshToken", options, REFRESH_OPTIONS);
  return {
    token: toToken(token),
    newExpiresIn: toLifetime(options.newExpiresInHours, "new_expires_in"),
    revokeOld: options.revokeOld === true,
  };
}

/** A token, as `fitToken` sends it. @throws InvalidTokenError for what is not text. */
export function toToken(token: unknown): string {
  if (typeof token === "string") return fitToken(token);
  throw new InvalidTokenError("Token is empty or invalid", {
    reason: "TOKEN_EMPTY",
    field: "token",
    code: Code.Unauthenticated,
  });
}

/** A token that must not make the call fail: the empty text stands for what is not text. */
export function toAnyToken(token: unknown): string {
  return typeof token === "string" ? fitToken(token) : "";
}

/** A permission that is asked for. @throws TokenError for what is not well-formed text. */
export function toRequiredPermission(permission: unknown, field: string): string {
  if (typeof permission === "string" && permission.isWellFormed()) return permission;
  throw refused(field, "REQUIRED_PERMISSION_INVALID", `${field} must be text`);
}

/** The same for one that no server is asked about. @throws TokenError for what a server would refuse. */
export function toHeldPermission(permission: unknown, field: string): string {
  const text = toRequiredPermission(permission, field);
  if ([...text].length <= MAX_REQUIRED_PERMISSION) return text;
  const rule = `${field} must be at most ${MAX_REQUIRED_PERMISSION} characters long`;
  throw refused(field, "REQUIRED_PERMISSION_INVALID", rule);
}

/**
 * The audience that is required, and how the call is made. An empty text would require none.
 * @throws TokenError for an audience that is empty, or that no message can carry.
 */
export function toRequired(options: CheckOptions = {}): {
  readonly audience: string;
  readonly call: CallOptions;
} {
  refuseUnknownOptions("a call", options, CHECK_OPTIONS);
  const { audience, ...call } = options;
  if (audience === undefined) return { audience: "", call };
  return { audience: toAudience(audience, "audience"), call };
}

/**
 * What a message can hold of a token that can be valid no more: the server calls it malformed. One
 * that is far too long would have the whole request refused instead, and a batch with it.
 */
function fitToken(token: string): string {
  return token.slice(0, MAX_TOKEN_LENGTH + 1).toWellFormed();
}

function toUserId(userId: unknown): string {
  const rule = (text: string) => refused("user_id", "USER_ID_INVALID", `user_id must ${text}`);
  if (typeof userId !== "string") throw rule("be a string");
  if (!userId.isWellFormed()) throw rule("be well-formed Unicode");
  return userId;
}

function toPermissions(permissions: unknown): string[] {
  if (!Array.isArray(permissions)) {
    throw refused("permissions", "PERMISSION_INVALID", "Permissions must be a list");
  }
  return Array.from(permissions, (permission: unknown, i) => {
    const field = `permissions[${i}]`;
    if (typeof permission !== "string") {
      throw refused(field, "PERMISSION_INVALID", "Each permission must be a string");
    }
    if (!permission.isWellFormed()) {
      const text = `${field} must consist of printable characters`;
      throw refused(field, "PERMISSION_INVALID", text);
    }
    return permission;
  });
}

function toAudiences(audiences: unknown): string[] {
  if (Array.isArray(audiences)) {
    return Array.from(audiences, (audience: unknown, i) => toAudience(audience, `audiences[${i}]`));
  }
  throw refused("audiences", "AUDIENCE_INVALID", "audiences must be a list");
}

function toAudience(audience: unknown, field: string): string {
  const rule = (text: string) => refused(field, "AUDIENCE_INVALID", `${field} must ${text}`);
  if (typeof audience !== "string") throw rule("be a string");
  if (audience === "") throw rule("be 1 to 256 characters long");
  if (!audience.isWellFormed()) throw rule("be well-formed Unicode");
  return audience;
}

function toLifetime(hours: unknown, field: string) {
  if (hours === undefined || hours === null) return undefined;
  const rule = (text: string) => refused(field, "EXPIRES_IN_OUT_OF_RANGE", text);
  // To the Python library, false is the number 0, and so out of range rather than no number.
  if (typeof hours !== "number" && hours !== false) throw rule("Expires hours must be a number");
  // NaN fails every comparison.
  if (hours === false || !(Math.abs(hours) <= MAX_DURATION_HOURS)) {
    throw rule("Expires hours must be between 0 and 8760 hours");
  }
  return hoursToDuration(hours);
}

function refused(field: string, reason: string, message: string): TokenError {
  return new TokenError(message, { reason, field, code: Code.InvalidArgument });
}

/**
 * The calls that an action made, to be written in a language. The token and the API key are never among
 * them: they stand as variables.
 */

import type { JsonObject } from "../../client/exact-json.js";
import type { Lifetime } from "../lifetime.js";
import { toDurationJson, toHours } from "../lifetime.js";
import { visibleJson } from "../visible-text.js";

/** What a revocation names beside a token, as protobuf's JSON names it. */
export type TargetFields =
  | { readonly sessionId: string }
  | { readonly user: { readonly userId: string } };

/** A request's fields beside the token, as protobuf's JSON names them; unset ones are not sent. */
export interface CallFields {
  readonly userId?: string;
  readonly permissions?: readonly string[];
  readonly audiences?: readonly string[];
  readonly audience?: string;
  /** Seconds and `s`: "5400s". */
  readonly expiresIn?: string;
  readonly additionalData?: JsonObject;
  readonly requiredPermission?: string;
  /** Seconds and `s`. */
  readonly newExpiresIn?: string;
  readonly revokeOld?: boolean;
  readonly targets?: readonly [TargetFields];
  readonly reason?: string;
}

/** The RPCs that actions call. */
export type Rpc =
  | "GenerateToken"
  | "IntrospectToken"
  | "GetTokenInfo"
  | "CheckPermissions"
  | "CheckPermission"
  | "RefreshToken"
  | "RevokeTokens"
  | "BatchValidateTokens";

/**
 * Where a request holds what is secret: nowhere, as its token, as the token that is the target of a
 * revocation, or as its tokens.
 */
export type SecretPlace = "none" | "token" | "target" | "tokens";

/** One call. */
export interface CallText {
  readonly rpc: Rpc;
  readonly fields: CallFields;
  readonly secret: SecretPlace;
  /** The statement in TypeScript, over `client` and `token`. */
  readonly statement: string;
}

/** Where the calls go, and whether they carry an API key. */
export interface Setting {
  readonly baseUrl: string;
  readonly hasKey: boolean;
}

/** GenerateToken. */
export function generateText(request: {
  readonly userId: string;
  readonly permissions: readonly string[];
  readonly audiences: readonly string[];
  readonly lifetime: Lifetime;
  readonly additionalData: JsonObject;
}): CallText {
  const { userId, permissions, audiences, lifetime, additionalData } = request;
  const hasData = Object.keys(additionalData).length > 0;
  const options = [
    ...(permissions.length > 0 ? [`permissions: ${visibleJson(permissions)}`] : []),
    ...(audiences.length > 0 ? [`audiences: ${visibleJson(audiences)}`] : []),
    `expiresInHours: ${toHours(lifetime)}`,
    ...(hasData ? [`additionalData: ${visibleJson(additionalData)}`] : []),
  ];
  return {
    rpc: "GenerateToken",
    secret: "none",
    fields: {
      userId,
      ...(permissions.length > 0 && { permissions }),
      ...(audiences.length > 0 && { audiences }),
      expiresIn: toDurationJson(lifetime),
      ...(hasData && { additionalData }),
    },
    statement: `const issued = await client.generateToken(${visibleJson(userId)}, {\n${lines(options)}});`,
  };
}

/** IntrospectToken and GetTokenInfo. */
export const INSPECT_TEXT: readonly CallText[] = [
  {
    rpc: "IntrospectToken",
    secret: "token",
    fields: {},
    statement: "const { state, claims } = await client.introspectToken(token);",
  },
  {
    rpc: "GetTokenInfo",
    secret: "token",
    fields: {},
    statement: "const info = await client.getTokenInfo(token); // throws unless ACTIVE",
  },
];

/** CheckPermissions, for an audience or for none. */
export function checkText(permissions: readonly string[], audience?: string): CallText {
  const asked = `token, ${visibleJson(permissions)}${audienceOption(audience)}`;
  return {
    rpc: "CheckPermissions",
    secret: "token",
    fields: { permissions, ...(audience !== undefined && { audience }) },
    statement: `const results = await client.checkPermissions(${asked});`,
  };
}

/** CheckPermission, for an audience or for none. */
export function requireText(requiredPermission: string, audience?: string): CallText {
  const asked = `token, ${visibleJson(requiredPermission)}${audienceOption(audience)}`;
  return {
    rpc: "CheckPermission",
    secret: "token",
    fields: { requiredPermission, ...(audience !== undefined && { audience }) },
    statement: `await client.checkPermission(${asked});`,
  };
}

function audienceOption(audience: string | undefined): string {
  return audience === undefined ? "" : `, { audience: ${visibleJson(audience)} }`;
}

/** RefreshToken. */
export function refreshText(lifetime: Lifetime, revokeOld: boolean): CallText {
  const options = [
    `newExpiresInHours: ${toHours(lifetime)}`,
    ...(revokeOld ? ["revokeOld: true"] : []),
  ];
  return {
    rpc: "RefreshToken",
    secret: "token",
    fields: { newExpiresIn: toDurationJson(lifetime), ...(revokeOld && { revokeOld }) },
    statement: `const renewed = await client.refreshToken(token, { ${options.join(", ")} });`,
  };
}

/** RevokeTokens: this token, or what is named in its place. */
export function revokeText(target: TargetFields | undefined, reason: string): CallText {
  const options = reason === "" ? "" : `, ${visibleJson({ reason })}`;
  return {
    rpc: "RevokeTokens",
    secret: target === undefined ? "target" : "none",
    fields: { ...(target && { targets: [target] }), ...(reason !== "" && { reason }) },
    statement: `const outcome = await client.${revokeMethod(target)}${options});`,
  };
}

function revokeMethod(target: TargetFields | undefined): string {
  if (target === undefined) return "revokeToken(token";
  return "user" in target
    ? `revokeUser(${visibleJson(target.user.userId)}`
    : `revokeSession(${visibleJson(target.sessionId)}`;
}

/** BatchValidateTokens. */
export const BATCH_TEXT: readonly CallText[] = [
  {
    rpc: "BatchValidateTokens",
    secret: "tokens",
    fields: {},
    statement: "const results = await client.batchValidateTokens(tokens);",
  },
];

/** The variable that must be set before lines are run: the token, or several with commas between. */
export function secretOf(calls: readonly CallText[]): "TOKEN" | "TOKENS" | undefined {
  if (calls.some(({ secret }) => secret === "tokens")) return "TOKENS";
  return calls.some(({ secret }) => secret !== "none") ? "TOKEN" : undefined;
}

function lines(options: readonly string[]): string {
  return options.map((option) => `  ${option},\n`).join("");
}

/**
 * The calls that an action made, to be written in a language. The token and the API key are never among
 * them: they stand as variables.
 */

import type { JsonObject } from "../../client/exact-json.js";
import type { Lifetime } from "../lifetime.js";
import { toDurationJson, toHours } from "../lifetime.js";
import { visibleJson } from "../visible-text.js";

/** A request's fields beside the token, as protobuf's JSON names them; unset ones are not sent. */
export interface CallFields {
  readonly userId?: string;
  readonly permissions?: readonly string[];
  /** Seconds and `s`: "5400s". */
  readonly expiresIn?: string;
  readonly additionalData?: JsonObject;
  readonly requiredPermission?: string;
  /** Seconds and `s`. */
  readonly newExpiresIn?: string;
  readonly revokeOld?: boolean;
}

/** The RPCs that actions call. */
export type Rpc =
  | "GenerateToken"
  | "IntrospectToken"
  | "GetTokenInfo"
  | "CheckPermissions"
  | "CheckPermission"
  | "RefreshToken";

/** One call. */
export interface CallText {
  readonly rpc: Rpc;
  readonly fields: CallFields;
  /** Whether the request's first field is the token. */
  readonly withToken: boolean;
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
  readonly lifetime: Lifetime;
  readonly additionalData: JsonObject;
}): CallText {
  const { userId, permissions, lifetime, additionalData } = request;
  const hasData = Object.keys(additionalData).length > 0;
  const options = [
    ...(permissions.length > 0 ? [`permissions: ${visibleJson(permissions)}`] : []),
    `expiresInHours: ${toHours(lifetime)}`,
    ...(hasData ? [`additionalData: ${visibleJson(additionalData)}`] : []),
  ];
  return {
    rpc: "GenerateToken",
    withToken: false,
    fields: {
      userId,
      ...(permissions.length > 0 && { permissions }),
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
    withToken: true,
    fields: {},
    statement: "const { state, claims } = await client.introspectToken(token);",
  },
  {
    rpc: "GetTokenInfo",
    withToken: true,
    fields: {},
    statement: "const info = await client.getTokenInfo(token); // throws unless ACTIVE",
  },
];

/** CheckPermissions. */
export function checkText(permissions: readonly string[]): CallText {
  return {
    rpc: "CheckPermissions",
    withToken: true,
    fields: { permissions },
    statement: `const results = await client.checkPermissions(token, ${visibleJson(permissions)});`,
  };
}

/** CheckPermission. */
export function requireText(requiredPermission: string): CallText {
  return {
    rpc: "CheckPermission",
    withToken: true,
    fields: { requiredPermission },
    statement: `await client.checkPermission(token, ${visibleJson(requiredPermission)});`,
  };
}

/** RefreshToken. */
export function refreshText(lifetime: Lifetime, revokeOld: boolean): CallText {
  const options = [
    `newExpiresInHours: ${toHours(lifetime)}`,
    ...(revokeOld ? ["revokeOld: true"] : []),
  ];
  return {
    rpc: "RefreshToken",
    withToken: true,
    fields: { newExpiresIn: toDurationJson(lifetime), ...(revokeOld && { revokeOld }) },
    statement: `const renewed = await client.refreshToken(token, { ${options.join(", ")} });`,
  };
}

function lines(options: readonly string[]): string {
  return options.map((option) => `  ${option},\n`).join("");
}

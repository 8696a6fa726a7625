/**
 * The lines that do what an action did. The token and the API key are never among them: they stand
 * as variables, and reach `buf curl` through its standard input, which no process list shows.
 */

import { isBelowPath } from "./base-url.js";
import type { Lifetime } from "./lifetime.js";
import { toDurationJson, toHours } from "./lifetime.js";
import { visibleJson } from "./visible-text.js";

/** One call, in both languages. */
export interface CallText {
  /** The RPC's name. */
  readonly rpc: string;
  /** The request's other fields, as protobuf's JSON names them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether the request's first field is the token. */
  readonly withToken: boolean;
  /** The statement in TypeScript, over `client` and `token`. */
  readonly statement: string;
}

/** What both languages need beside the call. */
export interface Setting {
  readonly baseUrl: string;
  readonly hasKey: boolean;
}

/** `buf curl`, one command a call. */
export function bufCurl(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  return calls
    .map(({ rpc, fields, withToken }) => {
      const url = `${baseUrl}/securetoken.v1.TokenService/${rpc}`;
      const json = visibleJson(fields);
      if (!withToken && !hasKey) return `buf curl ${url} \\\n  -d ${singleQuoted(json)}`;
      const text = inHeredoc(json);
      const body = withToken
        ? `{"token":"$TOKEN"${text === "{}" ? "}" : `,${text.slice(1)}`}`
        : text;
      return hasKey
        ? `buf curl ${url} \\\n  -H @- -d @- <<EOF\nauthorization: Bearer $API_KEY\n\n${body}\nEOF`
        : `buf curl ${url} -d @- <<EOF\n${body}\nEOF`;
    })
    .join("\n\n");
}

/** A program for Node: a key that lets its holder call the service does not belong in a page. */
export function typeScript(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const withToken = calls.some((call) => call.withToken);
  const options = [
    `baseUrl: ${visibleJson(baseUrl)}`,
    ...(isBelowPath(baseUrl) ? ['protocol: "connect"', 'httpVersion: "1.1"'] : []),
    ...(hasKey ? ["apiKey: env.API_KEY"] : []),
  ];
  return [
    ...(withToken || hasKey ? ['import { env } from "node:process";'] : []),
    'import { createSecureTokenClient } from "secure-token-service/client";',
    "",
    `const client = createSecureTokenClient({ ${options.join(", ")} });`,
    ...(withToken ? ['const token = env.TOKEN ?? "";'] : []),
    ...calls.map(({ statement }) => statement),
  ].join("\n");
}

/** GenerateToken. */
export function generateText(request: {
  readonly userId: string;
  readonly permissions: readonly string[];
  readonly lifetime: Lifetime;
  readonly additionalData: object;
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

/** A word that a POSIX shell takes as it is. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** JSON in which a here-document expands nothing, nor an interactive shell its history. */
function inHeredoc(json: string): string {
  return json.replaceAll("!", "\\u0021").replace(/[\\$`]/g, "\\$&");
}

/** The `secure-token` command, which takes the token from its standard input. */
import { visibleJson } from "../visible-text.js";
import type { CallFields, CallText, Rpc, Setting } from "./calls.js";
import { hoursOf } from "./literals.js";
import { singleQuoted } from "./shell.js";

/** One command a call; IntrospectToken has none of its own. */
export function command(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const key = hasKey ? 'SECURE_TOKEN_API_KEY="$API_KEY" ' : "";
  return calls
    .flatMap(({ rpc, fields, withToken }) =>
      COMMANDS[rpc](fields).map((words) => {
        const line = `${key}secure-token --server ${baseUrl} ${words}`;
        return withToken ? `printf %s "$TOKEN" | ${line}` : line;
      }),
    )
    .join("\n\n");
}

const COMMANDS: Readonly<Record<Rpc, (fields: CallFields) => string[]>> = {
  GenerateToken: ({ userId = "", permissions = [], expiresIn = "", additionalData }) => [
    [
      "generate",
      ...permissions.map((name) => `\\\n  --permission=${singleQuoted(name)}`),
      `\\\n  --expires-in ${hoursOf(expiresIn)}`,
      ...(additionalData ? [`\\\n  --data ${singleQuoted(visibleJson(additionalData))}`] : []),
      `-- ${singleQuoted(userId)}`,
    ].join(" "),
  ],
  IntrospectToken: () => [],
  GetTokenInfo: () => ["info"],
  CheckPermissions: ({ permissions = [] }) =>
    permissions.map((name) => `check -- ${singleQuoted(name)}`),
  CheckPermission: ({ requiredPermission = "" }) => [
    `check -- ${singleQuoted(requiredPermission)}`,
  ],
  RefreshToken: ({ newExpiresIn = "", revokeOld }) => [
    `refresh --expires-in ${hoursOf(newExpiresIn)}${revokeOld ? " --revoke-old" : ""}`,
  ],
};

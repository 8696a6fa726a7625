/** The `secure-token` command, which takes the token from its standard input. */
import { visibleJson } from "../visible-text.js";
import type { CallFields, CallText, Rpc, SecretPlace, Setting, TargetFields } from "./calls.js";
import { hoursOf } from "./literals.js";
import { singleQuoted } from "./shell.js";

/** One command a call, and one a token of a batch; IntrospectToken has none of its own. */
export function command(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const key = hasKey ? 'SECURE_TOKEN_API_KEY="$API_KEY" ' : "";
  return calls
    .flatMap(({ rpc, fields, secret }) =>
      COMMANDS[rpc](fields).map((words) =>
        withInput(secret, `${key}secure-token --server ${baseUrl} ${words}`),
      ),
    )
    .join("\n\n");
}

function withInput(secret: SecretPlace, line: string): string {
  if (secret === "none") return line;
  if (secret !== "tokens") return `printf %s "$TOKEN" | ${line}`;
  return `printf '%s\\n' "$TOKENS" | tr , '\\n' | while read -r token; do\n  printf %s "$token" | ${line}\ndone`;
}

const COMMANDS: Readonly<Record<Rpc, (fields: CallFields) => string[]>> = {
  GenerateToken: ({
    userId = "",
    permissions = [],
    audiences = [],
    expiresIn = "",
    additionalData,
  }) => [
    [
      "generate",
      ...permissions.map((name) => `\\\n  --permission=${singleQuoted(name)}`),
      ...audiences.map((name) => `\\\n  --audience=${singleQuoted(name)}`),
      `\\\n  --expires-in ${hoursOf(expiresIn)}`,
      ...(additionalData ? [`\\\n  --data ${singleQuoted(visibleJson(additionalData))}`] : []),
      `-- ${singleQuoted(userId)}`,
    ].join(" "),
  ],
  IntrospectToken: () => [],
  GetTokenInfo: () => ["info"],
  CheckPermissions: ({ permissions = [], audience }) =>
    permissions.map((name) => check(name, audience)),
  CheckPermission: ({ requiredPermission = "", audience }) => [check(requiredPermission, audience)],
  RefreshToken: ({ newExpiresIn = "", revokeOld }) => [
    `refresh --expires-in ${hoursOf(newExpiresIn)}${revokeOld ? " --revoke-old" : ""}`,
  ],
  RevokeTokens: ({ targets, reason }) => [
    [
      "revoke",
      ...(targets ? [targetOption(targets[0])] : []),
      ...(reason === undefined ? [] : [`--reason=${singleQuoted(reason)}`]),
    ].join(" "),
  ],
  BatchValidateTokens: () => ["--json validate"],
};

function check(permission: string, audience: string | undefined): string {
  const required = audience === undefined ? "" : ` --audience=${singleQuoted(audience)}`;
  return `check${required} -- ${singleQuoted(permission)}`;
}

function targetOption(target: TargetFields): string {
  return "user" in target
    ? `--user=${singleQuoted(target.user.userId)}`
    : `--session=${singleQuoted(target.sessionId)}`;
}

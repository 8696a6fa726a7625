/** Python over secure-token-client. */
import type { CallFields, CallText, Rpc, Setting } from "./calls.js";
import {
  hex,
  hoursOf,
  literal,
  originOf,
  type Spelling,
  serverNote,
  textLiteral,
  textLiterals,
} from "./literals.js";

const PYTHON: Spelling = {
  escape: (point) => (point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`),
  list: (items) => `[${items.join(", ")}]`,
  object: (members) => `{${members.map(([name, value]) => `${name}: ${value}`).join(", ")}}`,
  words: { null: "None", true: "True", false: "False" },
};

/** A program that prints what the calls answer. */
export function python(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const withToken = calls.some((call) => call.withToken);
  const options = hasKey ? ', api_key=os.environ["API_KEY"]' : "";
  return [
    ...(withToken || hasKey ? ["import os", ""] : []),
    "from secure_token_client import SecureTokenClient",
    "",
    ...serverNote(baseUrl, "#"),
    `client = SecureTokenClient(${textLiteral(originOf(baseUrl), PYTHON)}${options})`,
    ...(withToken ? ['token = os.environ["TOKEN"]'] : []),
    ...calls.map(({ rpc, fields }) => `print(client.${METHODS[rpc](fields)})`),
  ].join("\n");
}

const METHODS: Readonly<Record<Rpc, (fields: CallFields) => string>> = {
  GenerateToken({ userId = "", permissions, expiresIn = "", additionalData }) {
    const inputs = [
      textLiteral(userId, PYTHON),
      ...(permissions ? [`permissions=[${textLiterals(permissions, PYTHON)}]`] : []),
      `expires_in_hours=${hoursOf(expiresIn)}`,
      ...(additionalData ? [`additional_data=${literal(additionalData, PYTHON)}`] : []),
    ];
    return `generate_token(\n${inputs.map((input) => `    ${input},\n`).join("")})`;
  },
  IntrospectToken: () => "introspect_token(token)",
  GetTokenInfo: () => "get_token_info(token)",
  CheckPermissions: ({ permissions = [] }) =>
    `check_permissions(token, [${textLiterals(permissions, PYTHON)}])`,
  CheckPermission: ({ requiredPermission = "" }) =>
    `check_permission(token, ${textLiteral(requiredPermission, PYTHON)})`,
  RefreshToken: ({ newExpiresIn = "", revokeOld }) =>
    `refresh_token(token, ${hoursOf(newExpiresIn)}${revokeOld ? ", revoke_old=True" : ""})`,
};

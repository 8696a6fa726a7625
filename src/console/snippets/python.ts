/** Python over secure-token-client. */
import { type CallFields, type CallText, type Rpc, type Setting, secretOf } from "./calls.js";
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
  const secret = secretOf(calls);
  const options = hasKey ? ', api_key=os.environ["API_KEY"]' : "";
  return [
    ...(secret || hasKey ? ["import os", ""] : []),
    "from secure_token_client import SecureTokenClient",
    "",
    ...serverNote(baseUrl, "#"),
    `client = SecureTokenClient(${textLiteral(originOf(baseUrl), PYTHON)}${options})`,
    ...(secret === "TOKEN" ? ['token = os.environ["TOKEN"]'] : []),
    ...(secret === "TOKENS" ? ['tokens = os.environ["TOKENS"].split(",")'] : []),
    ...calls.map(({ rpc, fields }) => `print(client.${METHODS[rpc](fields)})`),
  ].join("\n");
}

const METHODS: Readonly<Record<Rpc, (fields: CallFields) => string>> = {
  GenerateToken({ userId = "", permissions, audiences, expiresIn = "", additionalData }) {
    const inputs = [
      textLiteral(userId, PYTHON),
      ...(permissions ? [`permissions=[${textLiterals(permissions, PYTHON)}]`] : []),
      ...(audiences ? [`audiences=[${textLiterals(audiences, PYTHON)}]`] : []),
      `expires_in_hours=${hoursOf(expiresIn)}`,
      ...(additionalData ? [`additional_data=${literal(additionalData, PYTHON)}`] : []),
    ];
    return `generate_token(\n${inputs.map((input) => `    ${input},\n`).join("")})`;
  },
  IntrospectToken: () => "introspect_token(token)",
  GetTokenInfo: () => "get_token_info(token)",
  CheckPermissions: ({ permissions = [], audience }) =>
    `check_permissions(token, [${textLiterals(permissions, PYTHON)}]${audienceInput(audience)})`,
  CheckPermission: ({ requiredPermission = "", audience }) =>
    `check_permission(token, ${textLiteral(requiredPermission, PYTHON)}${audienceInput(audience)})`,
  RefreshToken: ({ newExpiresIn = "", revokeOld }) =>
    `refresh_token(token, ${hoursOf(newExpiresIn)}${revokeOld ? ", revoke_old=True" : ""})`,
  RevokeTokens({ targets, reason }) {
    const why = reason === undefined ? "" : `, reason=${textLiteral(reason, PYTHON)}`;
    if (targets === undefined) return `revoke_token(token${why})`;
    return "user" in targets[0]
      ? `revoke_user(${textLiteral(targets[0].user.userId, PYTHON)}${why})`
      : `revoke_session(${textLiteral(targets[0].sessionId, PYTHON)}${why})`;
  },
  BatchValidateTokens: () => "batch_validate_tokens(tokens)",
};

function audienceInput(audience: string | undefined): string {
  return audience === undefined ? "" : `, audience=${textLiteral(audience, PYTHON)}`;
}

/** Rust over secure-token-client, tokio and serde_json. */
import { type CallFields, type CallText, type Rpc, type Setting, secretOf } from "./calls.js";
import {
  hex,
  literal,
  originOf,
  type Spelling,
  serverNote,
  textLiteral,
  textLiterals,
  unitsOf,
} from "./literals.js";

const RUST: Spelling = {
  escape: (point) => `\\u{${hex(point, 1)}}`,
  list: (items) => `[${items.join(", ")}]`,
  object: (members) => `{${members.map(([name, value]) => `${name}: ${value}`).join(", ")}}`,
  words: { null: "null", true: "true", false: "false" },
};

/** A program that prints what the calls answer. */
export function rust(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const secret = secretOf(calls);
  const isNew = calls.some(({ rpc }) => rpc === "GenerateToken");
  const isRefresh = calls.some(({ rpc }) => rpc === "RefreshToken");
  const names = [
    ...(isNew ? ["NewToken"] : []),
    ...(isRefresh ? ["RefreshOptions"] : []),
    "SecureTokenClient",
  ];
  const used = names.length > 1 ? `{${names.join(", ")}}` : names.join("");
  return [
    ...(isNew || isRefresh ? ["use std::time::Duration;", ""] : []),
    `use secure_token_client::${used};`,
    "",
    "#[tokio::main]",
    "async fn main() -> Result<(), Box<dyn std::error::Error>> {",
    ...serverNote(baseUrl, "    //"),
    `    let client = SecureTokenClient::builder(${textLiteral(originOf(baseUrl), RUST)})`,
    ...(hasKey ? ['        .api_key(std::env::var("API_KEY")?)'] : []),
    "        .connect()",
    "        .await?;",
    ...(secret === "TOKEN" ? ['    let token = std::env::var("TOKEN")?;'] : []),
    ...(secret === "TOKENS" ? ['    let tokens = std::env::var("TOKENS")?;'] : []),
    ...calls.map(({ rpc, fields }) => `    ${METHODS[rpc](fields)}`),
    "    Ok(())",
    "}",
  ].join("\n");
}

const METHODS: Readonly<Record<Rpc, (fields: CallFields) => string>> = {
  GenerateToken({ userId = "", permissions, audiences, expiresIn = "", additionalData }) {
    const data = additionalData && `serde_json::json!(${literal(additionalData, RUST)})`;
    const options = [
      `NewToken::for_user(${textLiteral(userId, RUST)})`,
      ...(permissions ? [`.permissions([${textLiterals(permissions, RUST)}])`] : []),
      ...(audiences ? [`.audiences([${textLiterals(audiences, RUST)}])`] : []),
      `.expires_in(${lifetime(expiresIn)})`,
      ...(data ? [`.additional_data(${data}.as_object().cloned().unwrap_or_default())`] : []),
    ];
    return `let new = ${options.join("\n        ")};\n    println!("{}", client.generate_token(new).await?.token);`;
  },
  IntrospectToken: () => 'println!("{:?}", client.introspect_token(&token).await?);',
  GetTokenInfo: () => 'println!("{:?}", client.get_token_info(&token).await?);',
  CheckPermissions: ({ permissions = [], audience }) =>
    `println!("{:?}", ${clientFor(audience)}.check_permissions(&token, [${textLiterals(permissions, RUST)}]).await?);`,
  CheckPermission: ({ requiredPermission = "", audience }) =>
    `${clientFor(audience)}.check_permission(&token, ${textLiteral(requiredPermission, RUST)}).await?;`,
  RefreshToken({ newExpiresIn = "", revokeOld }) {
    const options = `RefreshOptions::new().expires_in(${lifetime(newExpiresIn)})${revokeOld ? ".revoke_old()" : ""}`;
    return `println!("{}", client.refresh_token(&token, ${options}).await?.token);`;
  },
  RevokeTokens({ targets, reason = "" }) {
    const target = targets?.[0];
    const method =
      target === undefined
        ? "revoke_token(&token"
        : "user" in target
          ? `revoke_user(${textLiteral(target.user.userId, RUST)}`
          : `revoke_session(${textLiteral(target.sessionId, RUST)}`;
    return `println!("{:?}", client.${method}, ${textLiteral(reason, RUST)}).await?);`;
  },
  BatchValidateTokens: () =>
    `println!("{:?}", client.batch_validate_tokens(tokens.split(',')).await?);`,
};

function clientFor(audience: string | undefined): string {
  return audience === undefined
    ? "client"
    : `client.with_audience(${textLiteral(audience, RUST)})?`;
}

function lifetime(duration: string): string {
  const { seconds, micros } = unitsOf(duration);
  return seconds === undefined
    ? `Duration::from_micros(${micros})`
    : `Duration::from_secs(${seconds})`;
}

/** Go over securetoken.dev/go. */
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

const GO: Spelling = {
  escape: (point) => (point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`),
  list: (items) => `[]any{${items.join(", ")}}`,
  object: (members) =>
    `map[string]any{${members.map(([name, value]) => `${name}: ${value}`).join(", ")}}`,
  words: { null: "nil", true: "true", false: "false" },
};
const FAIL = "\tif err != nil {\n\t\tlog.Fatal(err)\n\t}";

/** A program that prints what the calls answer. */
export function go(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const secret = secretOf(calls);
  const withLifetime = calls.some(({ fields }) => fields.expiresIn ?? fields.newExpiresIn);
  const isPlainCheck = calls.every(({ rpc }) => rpc === "CheckPermission");
  const key = hasKey ? ', securetoken.WithAPIKey(os.Getenv("API_KEY"))' : "";
  return [
    "package main",
    "",
    "import (",
    '\t"context"',
    ...(isPlainCheck ? [] : ['\t"fmt"']),
    '\t"log"',
    ...(secret || hasKey ? ['\t"os"'] : []),
    ...(secret === "TOKENS" ? ['\t"strings"'] : []),
    ...(withLifetime ? ['\t"time"'] : []),
    "",
    '\t"securetoken.dev/go/securetoken"',
    ")",
    "",
    "func main() {",
    "\tctx := context.Background()",
    ...serverNote(baseUrl, "\t//"),
    `\tclient, err := securetoken.New(${textLiteral(originOf(baseUrl), GO)}${key})`,
    FAIL,
    "\tdefer client.Close()",
    ...(secret === "TOKEN" ? ['\ttoken := os.Getenv("TOKEN")'] : []),
    ...(secret === "TOKENS" ? ['\ttokens := strings.Split(os.Getenv("TOKENS"), ",")'] : []),
    ...calls.flatMap(({ rpc, fields }) => [`\t${METHODS[rpc](fields)}`, FAIL, ...PRINTED[rpc]]),
    "}",
  ].join("\n");
}

const METHODS: Readonly<Record<Rpc, (fields: CallFields) => string>> = {
  GenerateToken({ userId = "", permissions, audiences, expiresIn = "", additionalData }) {
    const inputs = [
      "ctx",
      textLiteral(userId, GO),
      ...(permissions ? [`securetoken.Permissions(${textLiterals(permissions, GO)})`] : []),
      ...(audiences ? [`securetoken.Audiences(${textLiterals(audiences, GO)})`] : []),
      lifetime(expiresIn),
      ...(additionalData ? [`securetoken.AdditionalData(${literal(additionalData, GO)})`] : []),
    ];
    return `issued, err := client.GenerateToken(${inputs.join(", ")})`;
  },
  IntrospectToken: () => "found, err := client.IntrospectToken(ctx, token)",
  GetTokenInfo: () => "info, err := client.GetTokenInfo(ctx, token)",
  CheckPermissions: ({ permissions = [], audience }) =>
    `results, err := ${clientFor(audience)}.CheckPermissions(ctx, token, ${textLiterals(permissions, GO)})`,
  CheckPermission: ({ requiredPermission = "", audience }) =>
    `err = ${clientFor(audience)}.CheckPermission(ctx, token, ${textLiteral(requiredPermission, GO)})`,
  RefreshToken: ({ newExpiresIn = "", revokeOld }) =>
    `renewed, err := client.RefreshToken(ctx, token, ${lifetime(newExpiresIn)}${revokeOld ? ", securetoken.RevokeOld()" : ""})`,
  RevokeTokens({ targets, reason }) {
    const why =
      reason === undefined ? "" : `, securetoken.RevokeReason(${textLiteral(reason, GO)})`;
    if (targets === undefined) return `outcome, err := client.RevokeToken(ctx, token${why})`;
    return "user" in targets[0]
      ? `outcome, err := client.RevokeUser(ctx, ${textLiteral(targets[0].user.userId, GO)}${why})`
      : `outcome, err := client.RevokeSession(ctx, ${textLiteral(targets[0].sessionId, GO)}${why})`;
  },
  BatchValidateTokens: () => "results, err := client.BatchValidateTokens(ctx, tokens...)",
};

function clientFor(audience: string | undefined): string {
  return audience === undefined ? "client" : `client.WithAudience(${textLiteral(audience, GO)})`;
}

/** An answer that is not used would not compile. */
const PRINTED: Readonly<Record<Rpc, readonly string[]>> = {
  GenerateToken: ["\tfmt.Println(issued.Token)"],
  IntrospectToken: ["\tfmt.Println(found.State)"],
  GetTokenInfo: ["\tfmt.Println(info.UserID, info.Permissions)"],
  CheckPermissions: ["\tfmt.Println(results)"],
  CheckPermission: [],
  RefreshToken: ["\tfmt.Println(renewed.Token)"],
  RevokeTokens: ["\tfmt.Println(outcome)"],
  BatchValidateTokens: [
    "\tfor _, result := range results {",
    "\t\tfmt.Println(result.Token != nil, result.Err)",
    "\t}",
  ],
};

function lifetime(duration: string): string {
  const { seconds, micros } = unitsOf(duration);
  const value = seconds === undefined ? `${micros}*time.Microsecond` : `${seconds}*time.Second`;
  return `securetoken.ExpiresIn(${value})`;
}

/** Go over securetoken.dev/go. */
import type { CallFields, CallText, Rpc, Setting } from "./calls.js";
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
  const withToken = calls.some((call) => call.withToken);
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
    ...(withToken || hasKey ? ['\t"os"'] : []),
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
    ...(withToken ? ['\ttoken := os.Getenv("TOKEN")'] : []),
    ...calls.flatMap(({ rpc, fields }) => [`\t${METHODS[rpc](fields)}`, FAIL, ...PRINTED[rpc]]),
    "}",
  ].join("\n");
}

const METHODS: Readonly<Record<Rpc, (fields: CallFields) => string>> = {
  GenerateToken({ userId = "", permissions, expiresIn = "", additionalData }) {
    const inputs = [
      "ctx",
      textLiteral(userId, GO),
      ...(permissions ? [`securetoken.Permissions(${textLiterals(permissions, GO)})`] : []),
      lifetime(expiresIn),
      ...(additionalData ? [`securetoken.AdditionalData(${literal(additionalData, GO)})`] : []),
    ];
    return `issued, err := client.GenerateToken(${inputs.join(", ")})`;
  },
  IntrospectToken: () => "found, err := client.IntrospectToken(ctx, token)",
  GetTokenInfo: () => "info, err := client.GetTokenInfo(ctx, token)",
  CheckPermissions: ({ permissions = [] }) =>
    `results, err := client.CheckPermissions(ctx, token, ${textLiterals(permissions, GO)})`,
  CheckPermission: ({ requiredPermission = "" }) =>
    `err = client.CheckPermission(ctx, token, ${textLiteral(requiredPermission, GO)})`,
  RefreshToken: ({ newExpiresIn = "", revokeOld }) =>
    `renewed, err := client.RefreshToken(ctx, token, ${lifetime(newExpiresIn)}${revokeOld ? ", securetoken.RevokeOld()" : ""})`,
};

/** An answer that is not used would not compile. */
const PRINTED: Readonly<Record<Rpc, readonly string[]>> = {
  GenerateToken: ["\tfmt.Println(issued.Token)"],
  IntrospectToken: ["\tfmt.Println(found.State)"],
  GetTokenInfo: ["\tfmt.Println(info.UserID, info.Permissions)"],
  CheckPermissions: ["\tfmt.Println(results)"],
  CheckPermission: [],
  RefreshToken: ["\tfmt.Println(renewed.Token)"],
};

function lifetime(duration: string): string {
  const { seconds, micros } = unitsOf(duration);
  const value = seconds === undefined ? `${micros}*time.Microsecond` : `${seconds}*time.Second`;
  return `securetoken.ExpiresIn(${value})`;
}

/** Java over dev.securetoken. */
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

const JAVA: Spelling = {
  // Java puts \\uXXXX in place before it looks for the ends of lines and texts.
  escape: (point) =>
    NAMED[point] ??
    (point > 0xffff
      ? String.fromCodePoint(point)
          .split("")
          .map((half) => `\\u${hex(half.charCodeAt(0), 4)}`)
          .join("")
      : `\\u${hex(point, 4)}`),
  list: (items) => `Arrays.asList(${items.join(", ")})`,
  object: (members) =>
    // Map.entry refuses null.
    members.some(([, value]) => value === "null")
      ? `new HashMap<String, Object>() {{ ${members.map(([name, value]) => `put(${name}, ${value});`).join(" ")} }}`
      : `Map.ofEntries(${members.map(([name, value]) => `Map.entry(${name}, ${value})`).join(", ")})`,
  words: { null: "null", true: "true", false: "false" },
  integerSuffix: "L",
};
const NAMED: Readonly<Record<number, string>> = { 10: "\\n", 13: "\\r" };

/** A program that prints what the calls answer. */
export function java(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const secret = secretOf(calls);
  const key = hasKey ? '.apiKey(System.getenv("API_KEY"))' : "";
  return [
    "import dev.securetoken.*;",
    "import java.time.Duration;",
    "import java.util.*;",
    "",
    "public class Call {",
    "  public static void main(String[] args) {",
    ...serverNote(baseUrl, "    //"),
    `    var builder = SecureTokenClient.builder(${textLiteral(originOf(baseUrl), JAVA)})${key};`,
    "    try (SecureTokenClient client = builder.build()) {",
    ...(secret === "TOKEN" ? ['      String token = System.getenv("TOKEN");'] : []),
    ...(secret === "TOKENS"
      ? ['      List<String> tokens = List.of(System.getenv("TOKENS").split(","));']
      : []),
    ...calls.map(({ rpc, fields }) => `      System.out.println(client.${METHODS[rpc](fields)});`),
    "    }",
    "  }",
    "}",
  ].join("\n");
}

const METHODS: Readonly<Record<Rpc, (fields: CallFields) => string>> = {
  GenerateToken({ userId = "", permissions = [], audiences, expiresIn = "", additionalData }) {
    const data = additionalData ? `.additionalData(${literal(additionalData, JAVA)})` : "";
    const named = audiences ? `.audiences(${textLiterals(audiences, JAVA)})` : "";
    const options = `GenerateOptions.permissions(${textLiterals(permissions, JAVA)})${named}`;
    return `generateToken(${textLiteral(userId, JAVA)}, ${options}.expiresIn(${lifetime(expiresIn)})${data}).token()`;
  },
  IntrospectToken: () => "introspectToken(token)",
  GetTokenInfo: () => "getTokenInfo(token)",
  CheckPermissions: ({ permissions = [], audience }) =>
    `checkPermissions(token, Arrays.asList(${textLiterals(permissions, JAVA)})${checkOptions(audience)})`,
  CheckPermission: ({ requiredPermission = "", audience }) =>
    `checkPermission(token, ${textLiteral(requiredPermission, JAVA)}${checkOptions(audience)})`,
  RefreshToken: ({ newExpiresIn = "", revokeOld }) =>
    `refreshToken(token, RefreshOptions.defaults().expiresIn(${lifetime(newExpiresIn)})${revokeOld ? ".revokeOld()" : ""}).token()`,
  RevokeTokens({ targets, reason = "" }) {
    const target = targets?.[0];
    const named =
      target === undefined
        ? "token(token)"
        : "user" in target
          ? `user(${textLiteral(target.user.userId, JAVA)})`
          : `session(${textLiteral(target.sessionId, JAVA)})`;
    return `revokeTokens(List.of(RevocationTarget.${named}), ${textLiteral(reason, JAVA)})`;
  },
  BatchValidateTokens: () => "batchValidateTokens(tokens)",
};

function checkOptions(audience: string | undefined): string {
  return audience === undefined ? "" : `, CheckOptions.audience(${textLiteral(audience, JAVA)})`;
}

function lifetime(duration: string): string {
  const { seconds, micros } = unitsOf(duration);
  return seconds === undefined
    ? `Duration.ofNanos(${micros}000L)`
    : `Duration.ofSeconds(${seconds})`;
}

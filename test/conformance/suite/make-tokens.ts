/**
 * Makes tokens.json: tokens that no server would issue (expired, revoked, malformed inside, of other
 * keys and times), each the same on every run. `node --import tsx test/conformance/suite/make-tokens.ts`;
 * with `--check` it compares instead.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { encodeBase64url } from "../../../src/core/base64url.js";
import { type FernetKey, sealFernet } from "../../../src/core/fernet.js";
import { addMicros, formatNaive, Instant } from "../../../src/core/time.js";
import { corpusKeys, NOW } from "./fixture.js";

const FILE = new URL("../tokens.json", import.meta.url);
const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;

/** What differs from the token named `valid`. Times are microseconds from the server's present. */
interface Recipe {
  readonly key?: "primary" | "secondary" | "foreign";
  readonly issued?: number;
  readonly expires?: number | Instant;
  /** How far the issuer's local time is ahead of UTC. */
  readonly zone?: number;
  /** Members of the payload, as JSON text; `null` leaves a member out. */
  readonly members?: Record<string, string | null>;
  /** Replaces the whole payload. */
  readonly payload?: string;
  /** Works on the bytes before they are encoded. */
  readonly damage?: (fernet: Buffer) => Buffer;
}

const flip = (index: number) => (fernet: Buffer) => {
  const at = index < 0 ? fernet.length + index : index;
  fernet[at] = fernet[at]! ^ 1;
  return fernet;
};
const list = (count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, i) => `permission-${i}`));
const filler = (length: number) => `{"filler":"${"x".repeat(length)}"}`;

const RECIPES: Record<string, Recipe> = {
  valid: {},
  minimal: { members: { permissions: "[]", additional_data: "{}" } },
  withoutOptionalClaims: { members: { permissions: null, additional_data: null } },
  secondaryKey: { key: "secondary" },
  refreshed: {
    members: {
      session_id: JSON.stringify(idOf("valid")),
      session_started_at: '"2030-01-01T00:00:00.000001"',
    },
  },
  sessionEnded: {
    members: {
      session_id: JSON.stringify(idOf("valid")),
      session_started_at: '"2029-12-01T00:00:00"',
    },
  },
  sessionEnding: {
    members: {
      session_id: JSON.stringify(idOf("valid")),
      session_started_at: '"2029-12-03T04:00:00"',
    },
  },
  manyPermissions: { members: { permissions: list(200) } },
  unicode: {
    members: {
      user_id: '"کاربر-用户-👩‍👩‍👧-e\\u0301"',
      permissions: '["خواندن","書く","🔑🔑"]',
      additional_data: '{"متن":"é\\u0000\\n\\"\\\\","😀":[null,true,"\\u2028"]}',
    },
  },
  bigIntegers: {
    members: {
      additional_data:
        '{"i64":[9223372036854775807,-9223372036854775808],"u64":18446744073709551615,' +
        '"odd":9007199254740993,"long":123456789012345678901234567890,"safe":9007199254740991,"half":0.5}',
    },
  },
  doubles: {
    members: {
      additional_data:
        '{"max":1.7976931348623157e308,"min":5e-324,"third":0.3333333333333333,"one":1.0,"e20":1e20}',
    },
  },
  protoMember: {
    members: {
      additional_data: '{"__proto__":{"admin":true},"constructor":1,"a":{"__proto__":null}}',
    },
  },
  emptyName: { members: { additional_data: '{"":{"":[]}}' } },
  deep: { members: { additional_data: `${'{"a":'.repeat(31)}{}${"}".repeat(31)}` } },
  issuedNow: { issued: 0, expires: HOUR },
  lastInstant: { issued: -HOUR, expires: 0 },
  longRemaining: { issued: -1, expires: 8760 * HOUR - 1 },
  oneDayRemaining: { issued: -HOUR, expires: 26 * HOUR + 184 * SECOND },
  year9999: { expires: new Instant(253_402_300_799, 999_999) },
  tehran: { zone: 3.5 * 3600 },
  kathmandu: { zone: 5.75 * 3600 },
  newYork: { zone: -5 * 3600 },
  skewAllowed: { issued: 60 * SECOND - 678_901, expires: HOUR },
  expired: { issued: -HOUR, expires: -1 },
  expiredLongAgo: { issued: -9000 * HOUR, expires: -8999 * HOUR },
  revoked: {},
  revokedAndExpired: { issued: -HOUR, expires: -1 },
  foreignKey: { key: "foreign" },
  fromTheFuture: { issued: 61 * SECOND, expires: HOUR },
  withoutTokenId: { members: { token_id: null } },
  withoutUserId: { members: { user_id: null } },
  withoutExpiresAt: { members: { expires_at: null } },
  withoutIssuedAt: { members: { issued_at: null } },
  permissionsAsText: { members: { permissions: '"read write admin"' } },
  versionTwo: { members: { version: '"2.0"' } },
  duplicateMember: { members: { permissions: '["read"],"permissions":["admin"]' } },
  notJson: { payload: "{" },
  notObject: { payload: "[]" },
  nan: { members: { additional_data: '{"n":NaN}' } },
  tooDeep: { members: { additional_data: `${'{"a":'.repeat(32)}{}${"}".repeat(32)}` } },
  damagedVersion: { damage: flip(0) },
  damagedTime: { damage: flip(8) },
  damagedIv: { damage: flip(9) },
  damagedCiphertext: { damage: flip(30) },
  damagedMac: { damage: flip(-1) },
  cutMac: { damage: (fernet) => fernet.subarray(0, -1) },
  // The longest that can be spelled within 8,192 characters has 8,184; the next has 8,208.
  longest: { members: { additional_data: filler(4303) } },
  tooLong: { members: { additional_data: filler(4319) } },
};
const REVOKED = ["revoked", "revokedAndExpired"];

const keys = await corpusKeys();
const made = {
  keyIds: Object.fromEntries(Object.entries(keys).map(([name, { keyId }]) => [name, keyId])),
  revokedIds: REVOKED.map(idOf),
  ids: Object.fromEntries(Object.keys(RECIPES).map((name) => [name, idOf(name)])),
  tokens: Object.fromEntries(Object.entries(RECIPES).map(([name, it]) => [name, seal(name, it)])),
};
if (process.argv.includes("--check")) {
  assert.deepEqual(JSON.parse(readFileSync(FILE, "utf8")), made);
} else {
  writeFileSync(FILE, `${JSON.stringify(made, null, 2)}\n`);
}

function seal(name: string, recipe: Recipe): string {
  const issued = addMicros(NOW, recipe.issued ?? -HOUR);
  const { expires: end = 23 * HOUR } = recipe;
  const expires = end instanceof Instant ? end : addMicros(NOW, end);
  const key: FernetKey = keys[recipe.key ?? "primary"];
  const payload = recipe.payload ?? payloadOf(name, recipe, issued, expires);
  const iv = digest(`iv of ${name}`).subarray(0, 16);
  const fernet = sealFernet(key, payload, issued.seconds, iv);
  return encodeBase64url(Buffer.from(encodeBase64url(recipe.damage?.(fernet) ?? fernet), "latin1"));
}

function payloadOf(name: string, recipe: Recipe, issued: Instant, expires: Instant): string {
  const local = ({ seconds, micros }: Instant) =>
    `"${formatNaive(new Instant(seconds + (recipe.zone ?? 0), micros))}"`;
  const members: Record<string, string | null> = {
    token_id: JSON.stringify(idOf(name)),
    user_id: '"user-1"',
    permissions: '["read","write"]',
    issued_at: local(issued),
    expires_at: local(expires),
    additional_data: '{"role":"admin"}',
    version: '"1.0"',
    ...recipe.members,
  };
  const present = Object.entries(members).filter(([, value]) => value !== null);
  return `{${present.map(([member, value]) => `"${member}":${value}`)}}`;
}

function idOf(name: string): string {
  return digest(`id of ${name}`).toString("base64url", 0, 24);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

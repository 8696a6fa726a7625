/** The compatibility cases, run against anything that has the manager's methods. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CompatCase, compat, expected, zones } from "./vectors.js";

type MaybePromise<T> = T | Promise<T>;

/** The part of SecureTokenManager and SecureTokenClient that the cases use. */
export interface Subject {
  generateToken(userId: string, options: object): MaybePromise<{ token: string }>;
  validateToken(token: string): MaybePromise<ClaimsLike>;
  checkPermission(token: string, permission: string): MaybePromise<true>;
  getTokenInfo(token: string): MaybePromise<ClaimsLike & { isRevoked: boolean }>;
  refreshToken(token: string, options: object): MaybePromise<ClaimsLike & { token: string }>;
}

interface ClaimsLike {
  userId: string;
  tokenId: string;
  permissions: readonly string[];
  issuedAt: { toString(): string };
  expiresAt: { toString(): string };
  timeRemaining?: { toString(): string };
  additionalData: object;
}

export interface KeyChoice {
  secretKey: string;
  salt: Buffer;
  iterations: number;
  defaultExpirationHours: number;
}

/** Gives a subject with this key whose present is `nowMicros`. */
export type MakeSubject = (key: KeyChoice, nowMicros: number) => Promise<Subject>;

/** Runs every case that works on tokens; `skip` names what a message cannot carry. */
export function compatSuite(
  name: string,
  makeSubject: MakeSubject,
  skip: (vector: CompatCase) => string | false = () => false,
): void {
  const operations = ["validate", "generate", "check_permission", "get_token_info", "refresh"];
  describe(`${name}: compat.json`, () => {
    for (const vector of compat.cases.filter(({ op }) => operations.includes(op))) {
      it(`${vector.id} ${vector.category}: ${vector.desc}`, { skip: skip(vector) }, async () => {
        const subject = await makeSubject(keyOf(vector), vector.now_us);
        const outcome = expected(vector);
        if (outcome.ok) return expectResult(vector, await run(subject, vector), outcome.result);
        await assert.rejects(
          async () => run(subject, vector),
          (error: Error) => {
            assert.equal(error.name, outcome.exception);
            assert.equal(error.message, outcome.message);
            return true;
          },
        );
      });
    }
  });
  describe(`${name}: timezones.json`, () => {
    for (const zone of zones.cases) {
      it(`${zone.id} ${zone.desc}`, async () => {
        const key = {
          secretKey: zones.secret_key,
          salt: Buffer.from(zones.salt_b64, "base64"),
          iterations: zones.iterations,
          defaultExpirationHours: 24,
        };
        const subject = await makeSubject(key, zone.now_us);
        if (zone.expect !== "valid") {
          await assert.rejects(async () => subject.validateToken(zone.token), {
            name: zone.expect,
          });
          return;
        }
        const claims = await subject.validateToken(zone.token);
        assert.equal(String(claims.issuedAt), isoOf(zone.issued_at_us));
        assert.equal(String(claims.expiresAt), isoOf(zone.expires_at_us));
      });
    }
  });
}

function keyOf(vector: CompatCase): KeyChoice {
  return {
    secretKey: vector.secret_key,
    salt: Buffer.from(vector.salt_b64, "base64"),
    iterations: vector.iterations,
    defaultExpirationHours: vector.default_expiration_hours,
  };
}

async function run(subject: Subject, vector: CompatCase): Promise<unknown> {
  switch (vector.op) {
    case "validate":
      return subject.validateToken(vector.token);
    case "check_permission":
      return subject.checkPermission(vector.token, vector.permission as string);
    case "get_token_info":
      return subject.getTokenInfo(vector.token);
    case "refresh":
      return refresh(subject, vector);
    default:
      return subject.generateToken(vector.generate_args?.user_id as string, {
        permissions: vector.generate_args?.permissions ?? undefined,
        expiresInHours: hoursOf(vector.generate_args?.expires_in_hours),
        additionalData: vector.generate_args?.additional_data ?? undefined,
      });
  }
}

async function refresh(subject: Subject, vector: CompatCase): Promise<ClaimsLike> {
  const old = await subject.refreshToken(vector.token, {
    newExpiresInHours: hoursOf(vector.new_expires_in_hours),
  });
  const fresh = await subject.validateToken(old.token);
  assert.notEqual(fresh.tokenId, (await subject.validateToken(vector.token)).tokenId);
  return fresh;
}

/** JSON has no NaN; the cases spell it. */
function hoursOf(value: unknown): unknown {
  return value === "NaN" ? Number.NaN : (value ?? undefined);
}

function expectResult(vector: CompatCase, actual: unknown, result: unknown): void {
  assert.ok(actual);
  if (vector.op === "check_permission" || vector.op === "generate") return;
  const claims = actual as ClaimsLike & { isRevoked?: boolean };
  const want = result as Record<string, unknown>;
  assert.equal(claims.userId, want.user_id);
  assert.deepEqual(claims.permissions, want.permissions);
  assert.equal(String(claims.issuedAt), `${want.issued_at}Z`);
  assert.equal(String(claims.expiresAt), `${want.expires_at}Z`);
  expectAdditionalData(vector, claims.additionalData);
  if (want.time_remaining) assert.equal(String(claims.timeRemaining), want.time_remaining);
  if (want.token_id) assert.equal(claims.tokenId, want.token_id);
  if (want.is_revoked !== undefined) assert.equal(claims.isRevoked, want.is_revoked);
}

/** Digit for digit: JSON.parse of the vector file has lost those of big integers already. */
function expectAdditionalData(vector: CompatCase, actual: object): void {
  const payload = vector.payload_json as string;
  const exact = payload.replace(/:(-?\d{16,})(?=[,}])/g, ':{"bigInteger":"$1"}');
  const want = JSON.parse(exact, (_, value) =>
    typeof value?.bigInteger === "string" ? integer(value.bigInteger) : value,
  );
  assert.deepEqual(Object.entries(actual), Object.entries(want.additional_data ?? {}));
}

function integer(text: string): number | bigint {
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

function isoOf(micros: number): string {
  const text = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  const rest = micros % 1_000_000;
  return `${text}${rest ? `.${String(rest).padStart(6, "0")}` : ""}Z`;
}

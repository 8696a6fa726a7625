/** Tokens go from the Python library to ours and back, and both are asked the same about each. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createKeyset, deriveKey, SecureTokenManager, TokenError } from "../../src/core/index.js";
import { movableClock } from "../support/fixed-manager.js";
import { type Random, seededRandom } from "../support/random.js";
import { type GenerateArgs, invalidArgs, tampered, validArgs } from "./cases.js";
import { EXCHANGE_KEY, type Outcome, type PythonDriver } from "./driver.js";

type Run = (request: { op: string; now_us: number } & Record<string, unknown>) => Promise<Outcome>;

/** From 2001 to 2096, in microseconds. */
const EARLIEST = 978_307_200_000_000;
const SPAN_SECONDS = 3_000_000_000;
const AT_ONCE = 200;
/** Members of a token that the Python library does not know, and reads past. */
const AUDIENCES = ["orders", "https://billing.example.com/"];

/** Exchanges `count` tokens each way. Throws for the first difference. Gives counts of outcomes. */
export async function exchange(python: PythonDriver, count: number, seed: number) {
  const ours = await ourDriver();
  const random = seededRandom(seed);
  const counts: Record<string, number> = {};
  const theirs: Run = (request) => python.call(request);
  for (const [way, maker, reader] of [
    ["Python -> ours", theirs, ours],
    ["ours -> Python", ours, theirs],
  ] as const) {
    for (let done = 0; done < count; done += AT_ONCE) {
      const cases = Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, i) =>
        exchangeOne(random, maker, reader, (outcome) => {
          const name = `${way}: ${outcome}`;
          counts[name] = (counts[name] ?? 0) + 1;
        }).catch((error) => {
          throw new Error(`seed ${seed}, ${way}, token ${done + i}: ${error.message}`, {
            cause: error,
          });
        }),
      );
      await Promise.all(cases);
    }
  }
  return counts;
}

async function exchangeOne(
  random: Random,
  maker: Run,
  reader: Run,
  count: (outcome: string) => void,
) {
  const made_us =
    EARLIEST + random.int(SPAN_SECONDS) * 1_000_000 + random.int(3) * random.int(333_333);
  const args = validArgs(random);
  const refused = random.chance(0.1) ? invalidArgs(random) : undefined;
  const generated = await maker({ op: "generate", now_us: made_us, args });
  assert.ok("ok" in generated, inspect(generated));
  const token = generated.ok as string;
  const lifetime = ((args.expires_in_hours as number | undefined) ?? 24) * 3_600_000_000;
  const now_us = made_us + Math.floor((lifetime * random.int(1200)) / 1000);
  const permission = random.pick([...((args.permissions as string[] | undefined) ?? []), "read"]);
  const hours = random.pick([undefined, 1, 0.5, 0]);
  const text = random.chance(0.15) ? tampered(random, token) : token;
  const seen: string[] = [];
  for (const request of [
    { op: "validate", now_us, token: text },
    { op: "info", now_us, token: text },
    { op: "check", now_us, token: text, permission },
  ]) {
    const [a, b] = await Promise.all([maker(request), reader(request)]);
    assert.deepEqual(b, a, request.op);
    seen.push("ok" in a ? "ok" : a.message.replace(/'.*'/s, "'…'"));
    if (request.op === "validate" && "ok" in a) expectContent(a.ok, args);
  }
  await exchangeRefreshed(maker, reader, { op: "refresh", now_us, token: text, hours });
  if (refused) {
    const request = { op: "generate", now_us: made_us, args: refused };
    const [a, b] = await Promise.all([maker(request), reader(request)]);
    assert.ok("exception" in a, `accepted: ${inspect(refused)}`);
    assert.deepEqual(b, a);
    count(`refused: ${a.message}`);
  }
  count(`validate ${seen[0]}`);
  count(`check ${seen[2]}`);
}

/** A refreshed token differs in its id alone, whoever made it; both are read by both. */
async function exchangeRefreshed(maker: Run, reader: Run, request: Parameters<Run>[0]) {
  const [a, b] = await Promise.all([maker(request), reader(request)]);
  if (!("ok" in a && "ok" in b)) return assert.deepEqual(b, a, "refresh");
  const read = { op: "validate", now_us: request.now_us };
  const [mine, yours] = await Promise.all([
    reader({ ...read, token: a.ok as string }),
    maker({ ...read, token: b.ok as string }),
  ]);
  assert.ok("ok" in mine, inspect(mine));
  assert.deepEqual(yours, mine, "refreshed");
}

function expectContent(found: Record<string, unknown>, args: GenerateArgs): void {
  assert.equal(found.user_id, args.user_id);
  assert.deepEqual(found.permissions, args.permissions ?? []);
  assert.deepEqual(found.additional_data, args.additional_data ?? {});
}

/** Our manager behind the driver's interface, in the Python library's words. */
async function ourDriver(): Promise<Run> {
  const clock = movableClock();
  const keyset = createKeyset([{ ...(await deriveKey(EXCHANGE_KEY)), state: "PRIMARY" }]);
  const manager = new SecureTokenManager(keyset, { clock });
  return async (request) => {
    clock.micros = request.now_us;
    try {
      return { ok: runOurs(manager, request) };
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return { exception: error.name, message: error.message };
    }
  };
}

function runOurs(manager: SecureTokenManager, request: Record<string, unknown>): unknown {
  const token = request.token as string;
  switch (request.op) {
    case "generate": {
      const args = request.args as GenerateArgs;
      const options = {
        permissions: args.permissions as string[] | undefined,
        expiresInHours: args.expires_in_hours as number | undefined,
        additionalData: args.additional_data,
        audiences: AUDIENCES.slice(args.user_id.length % 3),
      };
      return manager.generateToken(args.user_id, options).token;
    }
    case "refresh":
      return manager.refreshToken(token, { newExpiresInHours: request.hours as number | undefined })
        .token;
    case "check":
      return manager.checkPermission(token, request.permission as string);
    case "info": {
      const info = manager.getTokenInfo(token);
      return { ...pythonClaims(info), token_id: info.tokenId, is_revoked: info.isRevoked };
    }
    default:
      return pythonClaims(manager.validateToken(token));
  }
}

function pythonClaims(claims: ReturnType<SecureTokenManager["validateToken"]>) {
  return {
    issued_at: String(claims.issuedAt).replace(/Z$/, ""),
    expires_at: String(claims.expiresAt).replace(/Z$/, ""),
    user_id: claims.userId,
    permissions: claims.permissions,
    additional_data: claims.additionalData,
    time_remaining: String(claims.timeRemaining),
  };
}

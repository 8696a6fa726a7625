/** Damaged tokens: not one is accepted, and each is refused with one of two answers. */
import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { StatusSchema } from "../../gen/ts/src/google/rpc/status_pb.js";
import { encodeBase64url } from "../../src/core/base64url.js";
import { emptyToken, malformedToken } from "../../src/core/errors.js";
import { createKeyset, SecureTokenManager, TokenError } from "../../src/core/index.js";
import { toStatus } from "../../src/service/error-details.js";
import { NOW_MICROS, testKey } from "../support/fixed-manager.js";
import { type Random, seededRandom } from "../support/random.js";
import { mutateBytes } from "./mutate.js";

/** How often each outcome was met. */
export type Counts = Record<string, number>;

const CLOCK = () => NOW_MICROS;
/** The wire form costs more than the check itself; one in so many is compared. */
const WIRE_SAMPLE = 16;
const FOREIGN = [..."+/= \n\0\u00e9\u20ac\ud800"];
const ANSWERS = new Map(
  [emptyToken(), malformedToken()].map((error) => [error.message, describe(error)]),
);

/** Validates `count` damaged tokens. Throws for the first that is not refused as it must be. */
export async function fuzzMutatedTokens(count: number, seed: number): Promise<Counts> {
  const keys = [
    await testKey("one"),
    await testKey("two", "SECONDARY"),
    await testKey("three", "STAGED"),
  ];
  const manager = new SecureTokenManager(createKeyset(keys), { clock: CLOCK });
  const originals = makeOriginals(manager, await testKey("two"));
  const known = new Set(originals);
  const random = seededRandom(seed);
  const counts: Counts = { unchanged: 0 };
  for (let i = 0, damaged = 0; damaged < count; i++) {
    const text = damage(random, random.pick(originals), random.pick(originals));
    if (known.has(text)) {
      assert.ok(manager.validateToken(text));
      counts.unchanged = (counts.unchanged as number) + 1;
      continue;
    }
    damaged++;
    const where = `seed ${seed}, token ${i}: ${JSON.stringify(text)}`;
    const error = refusal(manager, text, where);
    const answer = ANSWERS.get(error.message);
    assert.ok(answer, `${where}: ${error.message}`);
    assert.deepEqual(facts(error), answer.facts, where);
    if (i % WIRE_SAMPLE === 0) assert.deepEqual(describe(error), answer, where);
    counts[error.message] = (counts[error.message] ?? 0) + 1;
  }
  return counts;
}

/** Tokens of several lengths and two keys: what an attacker may hold. */
function makeOriginals(manager: SecureTokenManager, other: Awaited<ReturnType<typeof testKey>>) {
  const second = new SecureTokenManager(createKeyset([other]), { clock: CLOCK });
  return Array.from({ length: 12 }, (_, i) => {
    const additionalData = { note: "x".repeat(i) };
    return (i % 3 ? manager : second).generateToken(`user_${i}`, { additionalData }).token;
  });
}

/** Damages one of the three forms of a token: its text, the Fernet text in it, the bytes in that. */
function damage(random: Random, token: string, donor: string): string {
  const layers = (text: string) => {
    const inner = Buffer.from(text, "base64url");
    return [Buffer.from(text), inner, Buffer.from(inner.toString("latin1"), "base64url")] as const;
  };
  const layer = random.int(4);
  if (layer === 3) {
    const at = random.int(token.length + 1);
    return token.slice(0, at) + random.pick(FOREIGN) + token.slice(at + random.int(2));
  }
  const bytes = mutateBytes(random, layers(token)[layer] as Buffer, layers(donor)[layer] as Buffer);
  if (layer === 0) return bytes.toString("latin1");
  if (layer === 1) return encodeBase64url(bytes);
  return encodeBase64url(Buffer.from(encodeBase64url(bytes), "latin1"));
}

function refusal(manager: SecureTokenManager, text: string, where: string): TokenError {
  try {
    manager.validateToken(text);
  } catch (error) {
    assert.ok(error instanceof TokenError, where);
    return error;
  }
  throw new assert.AssertionError({ message: `accepted: ${where}` });
}

/** Every property but the stack, which never leaves the process. */
function facts(error: TokenError): unknown {
  return { ...error, message: error.message, cause: error.cause, prototype: error.constructor };
}

function describe(error: TokenError) {
  const wire = toBinary(StatusSchema, create(StatusSchema, toStatus(error)));
  return { facts: facts(error), wire };
}

/** Random inputs on which both libraries must agree: within the rules, and beyond those that both have. */
import type { JsonValue } from "../../src/core/index.js";
import type { Random } from "../support/random.js";

/** The arguments of generate_token, by its names. */
export interface GenerateArgs {
  readonly user_id: string;
  readonly permissions?: unknown;
  readonly expires_in_hours?: unknown;
  readonly additional_data?: { readonly [name: string]: JsonValue };
}

const ALPHABETS = [
  "abcXYZ019_-:.",
  "\u00e9\u00fc\u00df\u0416\u044f\u4e2d\u6587",
  "\"\\/'{}[]<>&",
  "ab c",
];

/** Valid arguments. No duplicates among the permissions: the original keeps them, we do not. */
export function validArgs(random: Random): GenerateArgs {
  return {
    user_id: words(random, 1 + random.int(40)),
    ...(random.chance(0.8) && { permissions: permissions(random) }),
    ...(random.chance(0.7) && { expires_in_hours: hours(random) }),
    ...(random.chance(0.7) && {
      additional_data: data(random, 3) as { [name: string]: JsonValue },
    }),
  };
}

/** Arguments that both refuse, with one message. The rules that are ours alone are not among them. */
export function invalidArgs(random: Random): GenerateArgs {
  const args = validArgs(random);
  const spot = () => [
    ...permissions(random),
    random.pick([1, null, "x", "", "p".repeat(31), ["read"]]),
  ];
  return random.chance(0.5)
    ? { ...args, permissions: random.pick<unknown>(["read", { read: 1 }, 5, spot(), spot()]) }
    : {
        ...args,
        expires_in_hours: random.pick<unknown>([0, -1, -0.5, 8760.5, 8761, 1e9, "24", [1], {}]),
      };
}

/** A token that neither accepts: blank, cut, or changed below the encodings, where both are strict. */
export function tampered(random: Random, token: string): string {
  if (random.chance(0.1)) return random.pick(["", " ", "\n\t", "\u00e9", "not a token", "AAAA"]);
  const inner = Buffer.from(token, "base64url").toString("latin1");
  const bytes = Buffer.from(inner, "base64url");
  if (random.chance(0.2)) return token.slice(0, 4 * random.int(token.length / 4));
  const at = random.int(bytes.length);
  const changed = random.chance(0.3) ? bytes.subarray(0, at) : Buffer.from(bytes);
  if (changed.length === bytes.length)
    changed[at] = (changed[at] as number) ^ (1 + random.int(255));
  return padded(Buffer.from(padded(changed), "latin1"));
}

function padded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

function permissions(random: Random): string[] {
  const all = Array.from({ length: random.int(8) }, () => words(random, 2 + random.int(29)));
  return [...new Set(all)];
}

function hours(random: Random): number {
  const kind = random.int(4);
  if (kind === 0) return 1 + random.int(8760);
  if (kind === 1) return random.int(1_000_000_000) / 114_155 + 1e-6;
  return kind === 2 ? (1 + random.int(1000)) / 3600 : (1 + random.int(2 ** 20)) / 2 ** 20;
}

function words(random: Random, length: number): string {
  const text = random.text(length, random.pick(ALPHABETS));
  return random.chance(0.1) ? `${text.slice(1)}\u{1f511}` : text;
}

/** Numbers are such that both languages write them alike: integers of any size, binary fractions. */
function data(random: Random, depth: number): JsonValue {
  const names = Array.from({ length: random.int(4) }, () =>
    random.text(1 + random.int(6), "abc\u00e9 _"),
  );
  return Object.fromEntries(names.map((name) => [name, value(random, depth)]));
}

function value(random: Random, depth: number): JsonValue {
  if (depth > 0 && random.chance(0.2)) return data(random, depth - 1);
  if (depth > 0 && random.chance(0.2)) {
    return Array.from({ length: random.int(4) }, () => value(random, depth - 1));
  }
  const big = 2n ** 53n + BigInt(random.int(2 ** 32)) * BigInt(1 + random.int(2 ** 20));
  const leaves = [
    null,
    true,
    false,
    "",
    words(random, random.int(30)),
    random.int(2 ** 32) - 2 ** 31,
  ];
  return random.pick<JsonValue>([...leaves, random.int(10_000) / 8, big, -big]);
}

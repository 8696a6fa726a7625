/** JSON, and what is nearly JSON, that a holder of the key could put into a token. */
import type { Random } from "../support/random.js";
import { mutateBytes } from "./mutate.js";

const NAMES = [
  "token_id",
  "user_id",
  "permissions",
  "issued_at",
  "expires_at",
  "additional_data",
  "version",
  "session_id",
  "session_started_at",
];

const ORDINARY: Record<string, string> = {
  token_id: '"kjevrQFtLadpOur2wiehAmKPaS1Sg8hv"',
  user_id: '"user_123"',
  permissions: '["read","write"]',
  issued_at: '"2026-11-23T11:32:09.123456"',
  expires_at: '"2026-11-24T11:32:09.123456"',
  additional_data: '{"a":[1,{"b":null}]}',
  version: '"1.0"',
};

const EXPIRED = '"2026-11-23T11:32:09.123455"';

/** What a double and a google.protobuf.Struct would alter. */
const EXACT = '{"n":[9007199254740993],"__proto__":{"admin":true}}';

/** Texts of values; some are no JSON at all. */
const VALUES = [
  ...[
    "null",
    "true",
    "0",
    "-0",
    "1e308",
    "1e309",
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    "01",
    "{}",
    "[]",
  ],
  ...[
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud83d"',
    '"\\ud83d\\ude00"',
    '"\u{1f600}"',
    '"\\u2028"',
  ],
  ...[
    "9007199254740993",
    "-9007199254740993",
    `1${"0".repeat(308)}`,
    `9${"9".repeat(400)}`,
    "5e-324",
  ],
  ...[
    '{"__proto__":{"admin":true}}',
    '{"__proto__":1}',
    '{"__pr\\u006fto__":[]}',
    '{"constructor":1}',
  ],
  ...[
    '{"a":1,"a":2}',
    '{"":0}',
    '{"toJSON":1}',
    '{"$typeName":"google.protobuf.Struct"}',
    '["__proto__"]',
  ],
  ...[
    '"admin"',
    '["admin",1]',
    '[["admin"]]',
    '{"0":"admin","length":1}',
    '[""]',
    '"1.0"',
    '"1.1"',
    "1.0",
  ],
];

/** Times near every border: of the format, of the calendar, of the zone, of the present. */
const TIMES = [
  ...['"0001-01-01T00:00:00"', '"9999-12-31T23:59:59.999999"', '"0000-01-01T00:00:00"'],
  ...['"2026-02-29T00:00:00"', '"2026-11-23T24:00:00"', '"2026-11-23T11:32:09Z"', '"2026-11-23"'],
  ...[
    '"2026-11-23T11:32:09.123457"',
    '"2026-11-23T15:02:09.123456"',
    '"2026-11-22T20:32:09.123456"',
  ],
  ...[
    '"-271821-04-20T00:00:00"',
    '"\u0662\u0660\u0662\u0666-11-23T11:32:09"',
    '"1969-12-31T23:59:59"',
  ],
  ...['"2026-11-23T11:32:09.123455"', '"2026-11-23T11:32:09.123456"', '"2026-11-23T11:32:09"'],
  ...['"2026-11-23T11:33:09.123456"', '"2026-11-23T11:33:09.123457"', '"2026-11-23T11:31:09"'],
];

/** The bytes of one hostile payload. */
export function nastyPayload(random: Random): Buffer {
  const kind = random.int(20);
  if (kind === 0) return random.bytes(random.int(200));
  if (kind === 1) return Buffer.from(value(random));
  if (kind === 2) return Buffer.from(deep(random));
  const text = Buffer.from(object(random));
  if (kind < 6) return mutateBytes(random, text, Buffer.from(object(random)));
  if (kind === 6) return Buffer.concat([Buffer.from("\ufeff"), text]);
  return text;
}

/** A payload with some members changed, missing, repeated or strange. */
function object(random: Random): string {
  const members = NAMES.flatMap((name): [string, string][] => {
    const expired = name === "expires_at" && random.chance(0.1);
    const exact = name === "additional_data" && random.chance(0.1);
    const ordinary = expired ? EXPIRED : exact ? EXACT : ORDINARY[name];
    if (random.chance(0.02)) return [];
    if (ordinary === undefined && random.chance(0.7)) return [];
    const strange = ordinary === undefined || random.chance(0.06);
    const time = name.endsWith("_at") && random.chance(0.5);
    const text = strange ? (time ? random.pick(TIMES) : value(random)) : ordinary;
    return random.chance(0.02)
      ? [
          [name, text],
          [name, value(random)],
        ]
      : [[name, text]];
  });
  if (random.chance(0.2))
    members.push([random.pick(["__proto__", "extra", "", "\u0000"]), value(random)]);
  if (random.chance(0.2)) members.reverse();
  const space = random.chance(0.1) ? random.pick([" ", "\n", "\t\r"]) : "";
  const texts = members.map(([name, text]) => `${spell(random, name)}${space}:${space}${text}`);
  return `{${texts.join(`,${space}`)}}`;
}

/** A member's name in quotes, with escapes that mean the same now and then. */
function spell(random: Random, name: string): string {
  if (name.length === 0 || !random.chance(0.03)) return JSON.stringify(name);
  const at = random.int(name.length);
  const code = name.charCodeAt(at).toString(16).padStart(4, "0");
  return `"${name.slice(0, at)}\\u${code}${name.slice(at + 1)}"`;
}

function value(random: Random): string {
  const kind = random.int(40);
  if (kind === 0) return deep(random);
  if (kind === 1) return `"${"long ".repeat(random.int(600))}"`;
  if (kind === 2) return `{"x":${value(random)},"y":[${value(random)}]}`;
  return random.pick(kind < 10 ? TIMES : VALUES);
}

/** Nesting about as deep as is allowed, and far deeper; closed or not. */
function deep(random: Random): string {
  const levels = random.pick([30, 31, 32, 33, 34, 100, 1000]);
  const [open, close] = random.pick([
    ["[", "]"],
    ['{"a":', "}"],
  ] as const);
  const end = random.chance(0.9) ? close.repeat(levels) : "";
  const filling = random.pick(["1", '"[{"', "9007199254740993"]);
  return open === "[" || random.chance(0.5)
    ? open.repeat(levels) + filling + end
    : `{"a":${open.repeat(levels)}${filling}${end}}`;
}

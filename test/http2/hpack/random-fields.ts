/** Random header lists: names and values that repeat, so that tables are used, and new ones beside them. */
import { STATIC_TABLE } from "../../../src/http2/hpack/static-table.js";
import type { Random } from "../../support/random.js";

/** A field, and whether it is never to be indexed. */
export type RandomField = readonly [name: string, value: string, sensitive: boolean];

const NAME_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";
const PRINTABLE = Array.from({ length: 0x7f - 0x21 }, (_, at) =>
  String.fromCharCode(0x21 + at),
).join("");
const ALL =
  PRINTABLE + Array.from({ length: 0x80 }, (_, at) => String.fromCharCode(0x80 + at)).join("");
const STATIC_NAMES = STATIC_TABLE.slice(1).map(([name]) => name);
const OWN_NAMES = ["x-request-id", "grpc-timeout", "te", "traceparent", "user-agent", "x"];
const OWN_VALUES = ["trailers", "5S", "application/grpc", "", "a", "b".repeat(300)];

/** What lists are made of. */
export interface FieldOptions {
  /** Names that are not drawn. */
  readonly without?: ReadonlySet<string>;
  /** Whether values have octets above ASCII. Default true. */
  readonly beyondAscii?: boolean;
}

/** Draws a list of up to 12 fields. */
export function randomFields(random: Random, options: FieldOptions = {}): RandomField[] {
  const { without = new Set(), beyondAscii = true } = options;
  const names = [...STATIC_NAMES, ...OWN_NAMES].filter((name) => !without.has(name));
  const length = random.int(13);
  return Array.from({ length }, () => {
    const drawn = random.chance(0.15) ? random.text(1 + random.int(20), NAME_CHARS) : undefined;
    // A name of two letters may be one with a meaning by chance.
    const name = drawn === undefined || without.has(drawn) ? random.pick(names) : drawn;
    return [name, randomValue(random, beyondAscii), random.chance(0.1)] as const;
  });
}

function randomValue(random: Random, beyondAscii: boolean): string {
  if (random.chance(0.6)) return random.pick(OWN_VALUES);
  // Now and then one that empties the table, or fills it alone.
  const length = random.chance(0.02) ? 3_900 + random.int(300) : random.int(60);
  return random.text(length, beyondAscii ? ALL : PRINTABLE);
}

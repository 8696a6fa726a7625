/** Header blocks written by hand: every representation of RFC 7541, section 6, and now and then a fault. */
import type { Random } from "../../support/random.js";

const STATIC_ENTRIES = 61;
/** Most entries that a table of 4,096 octets can hold. */
const MOST_ENTRIES = 128;
const MAX_TABLE_SIZE = 4_096;

/** Draws the blocks of one connection. A decoder must read them alike, or refuse the same one. */
export function randomBlocks(random: Random, count: number): Buffer[] {
  // How far indexes may reach: a guess, so that some of them miss.
  let entries = 0;
  return Array.from({ length: count }, () => {
    const parts: Buffer[] = [];
    while (random.chance(0.1)) {
      const isAllowed = random.chance(0.97);
      const size = isAllowed
        ? random.int(MAX_TABLE_SIZE + 1)
        : MAX_TABLE_SIZE + 1 + random.int(1e6);
      parts.push(integer(0x20, 5, size, random));
      if (size < 1_000) entries = 0;
    }
    const fields = 1 + random.int(10);
    for (let field = 0; field < fields; field++) {
      const isNew = random.chance(0.4);
      parts.push(isNew ? literal(random, 0x40, 6, entries) : known(random, entries));
      if (isNew && entries < MOST_ENTRIES) entries++;
    }
    const block = Buffer.concat(parts);
    return random.chance(0.01) ? damaged(random, block) : block;
  });
}

function known(random: Random, entries: number): Buffer {
  if (random.chance(0.3)) return literal(random, random.pick([0x00, 0x10]), 4, entries);
  return integer(0x80, 7, index(random, entries), random);
}

function literal(random: Random, pattern: number, bits: number, entries: number): Buffer {
  const hasName = random.chance(0.5);
  const name = hasName ? index(random, entries) : 0;
  const parts = [integer(pattern, bits, name, random)];
  if (name === 0) parts.push(text(random));
  parts.push(text(random));
  return Buffer.concat(parts);
}

function index(random: Random, entries: number): number {
  if (random.chance(0.003)) return random.pick([0, STATIC_ENTRIES + MOST_ENTRIES + 1, 1e6]);
  const isDynamic = entries > 0 && random.chance(0.5);
  // The newest entries: the oldest may have been evicted.
  return isDynamic
    ? STATIC_ENTRIES + 1 + random.int(Math.min(entries, 8))
    : 1 + random.int(STATIC_ENTRIES);
}

function text(random: Random): Buffer {
  // Octets of 0x00 to 0xff as they are; the Huffman code is that of the other implementations' encoders.
  const length = random.chance(0.02) ? random.int(4_200) : random.int(20);
  return Buffer.concat([integer(0x00, 7, length, random), random.bytes(length)]);
}

/** Section 5.1; now and then with more octets than it needs. */
function integer(pattern: number, bits: number, value: number, random: Random): Buffer {
  const mask = (1 << bits) - 1;
  if (value < mask) return Buffer.from([pattern | value]);
  const octets = [pattern | mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) octets.push((rest & 0x7f) | 0x80);
  octets.push(rest);
  if (octets.length < 4 && random.chance(0.02)) {
    octets.push((octets.pop() as number) | 0x80, 0);
  }
  return Buffer.from(octets);
}

function damaged(random: Random, block: Buffer): Buffer {
  if (random.chance(0.5)) return block.subarray(0, random.int(block.length));
  const copy = Buffer.from(block);
  copy[random.int(copy.length)] = random.int(256);
  return copy;
}

/** Randomness that can be repeated: a fuzz run names its seed, and the seed finds the input again. */

/** A seeded source of numbers, choices and bytes. */
export interface Random {
  /** A whole number from 0 to `below - 1`. */
  int(below: number): number;
  /** Whether an event of this probability happens. */
  chance(probability: number): boolean;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** `length` bytes. */
  bytes(length: number): Buffer;
  /** Text of `length` UTF-16 units out of `alphabet`. */
  text(length: number, alphabet: string): string;
}

/** The generator of a seed (mulberry32: small, fast, and good enough to pick inputs with). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (below: number) => Math.floor((next() / 2 ** 32) * below);
  return {
    int,
    chance: (probability) => next() < probability * 2 ** 32,
    pick: (items) => items[int(items.length)] as never,
    bytes(length) {
      const bytes = Buffer.allocUnsafe(length);
      for (let i = 0; i < length; i++) bytes[i] = next();
      return bytes;
    },
    text(length, alphabet) {
      let text = "";
      for (let i = 0; i < length; i++) text += alphabet[int(alphabet.length)];
      return text;
    },
  };
}

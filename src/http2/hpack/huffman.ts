/**
 * The Huffman code of HPACK (RFC 7541, section 5.2 and appendix B).
 *
 * The code is canonical: within a length, codes ascend with their symbols. So the lengths alone
 * describe it. Decoding goes four bits at a time through a table of states.
 */

/** The length of each symbol's code, in bits; 256 is the end of the string. */
// biome-ignore format: a table
const CODE_LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23,
  23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20,
  22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22,
  22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26,
  27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const END_OF_STRING = 256;
const SYMBOLS = CODE_LENGTHS.length;

/** The code of each symbol, most significant bit first. */
const CODES = canonicalCodes();

/** A transition's parts: the next state in the low bits, then the symbol and two flags. */
const STATE_BITS = 9;
const STATE_MASK = (1 << STATE_BITS) - 1;
const SYMBOL_SHIFT = STATE_BITS;
const EMITS = 1 << 17;
const FAILS = 1 << 18;

/** `TRANSITIONS[state * 16 + nibble]`. State 0 is the start of a symbol. */
const TRANSITIONS = new Int32Array(SYMBOLS * 16);
/** Whether a string may end in a state: fewer than eight bits, all of them ones. */
const ACCEPTS = new Uint8Array(SYMBOLS);
buildTables();

/** Room for one decoded string; grows with the longest one so far, which the header list bounds. */
let scratch = Buffer.allocUnsafeSlow(4_096);

/**
 * Decodes a string.
 *
 * @returns its bytes as Latin-1 text, or undefined where the code or its padding is wrong
 */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string | undefined {
  // The shortest code has five bits.
  const most = Math.floor(((end - start) * 8) / 5);
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(most * 2);
  let length = 0;
  let state = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    let step = TRANSITIONS[(state << 4) | (byte >> 4)] as number;
    if (step & FAILS) return undefined;
    if (step & EMITS) scratch[length++] = (step >> SYMBOL_SHIFT) & 0xff;
    step = TRANSITIONS[((step & STATE_MASK) << 4) | (byte & 15)] as number;
    if (step & FAILS) return undefined;
    if (step & EMITS) scratch[length++] = (step >> SYMBOL_SHIFT) & 0xff;
    state = step & STATE_MASK;
  }
  return ACCEPTS[state] === 1 ? scratch.toString("latin1", 0, length) : undefined;
}

function canonicalCodes(): number[] {
  const order = CODE_LENGTHS.map((_, symbol) => symbol).sort(
    (a, b) => lengthOf(a) - lengthOf(b) || a - b,
  );
  const codes: number[] = [];
  let code = 0;
  let length = lengthOf(order[0] as number);
  for (const symbol of order) {
    code <<= lengthOf(symbol) - length;
    length = lengthOf(symbol);
    codes[symbol] = code++;
  }
  return codes;
}

function lengthOf(symbol: number): number {
  return CODE_LENGTHS[symbol] as number;
}

/** Makes the tree of the code, and from it the steps of four bits. */
function buildTables(): void {
  // A child is a state (the index of an inner node), or a symbol as -1 - symbol.
  const children: [number | undefined, number | undefined][] = [[undefined, undefined]];
  const onesOnly = [0];
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    let node = 0;
    const length = lengthOf(symbol);
    for (let left = length - 1; left >= 0; left--) {
      const bit = ((CODES[symbol] as number) >>> left) & 1;
      const pair = children[node] as [number | undefined, number | undefined];
      if (left === 0) {
        pair[bit] = -1 - symbol;
      } else {
        if (pair[bit] === undefined) {
          pair[bit] = children.push([undefined, undefined]) - 1;
          const ones = onesOnly[node] as number;
          onesOnly.push(bit === 1 && ones >= 0 ? ones + 1 : -1);
        }
        node = pair[bit] as number;
      }
    }
  }
  for (let state = 0; state < children.length; state++) {
    const ones = onesOnly[state] as number;
    ACCEPTS[state] = ones >= 0 && ones < 8 ? 1 : 0;
    for (let nibble = 0; nibble < 16; nibble++) {
      TRANSITIONS[(state << 4) | nibble] = transition(children, state, nibble);
    }
  }
}

function transition(
  children: readonly (readonly [number | undefined, number | undefined])[],
  from: number,
  nibble: number,
): number {
  let state = from;
  let emitted = 0;
  for (let left = 3; left >= 0; left--) {
    const next = children[state]?.[((nibble >> left) & 1) as 0 | 1];
    if (next === undefined || next === -1 - END_OF_STRING) return FAILS;
    if (next >= 0) {
      state = next;
    } else {
      emitted = EMITS | ((-1 - next) << SYMBOL_SHIFT);
      state = 0;
    }
  }
  return emitted | state;
}

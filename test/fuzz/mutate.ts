/** Damage of the kinds that attackers and broken software do to bytes. */
import type { Random } from "../support/random.js";

/** One damaged copy of `bytes`; `donor` lends material for splices. May equal the original. */
export function mutateBytes(random: Random, bytes: Buffer, donor: Buffer): Buffer {
  const at = random.int(bytes.length + 1);
  const length = 1 + random.int(random.chance(0.8) ? 4 : 64);
  switch (random.int(8)) {
    case 0:
      return flipBits(random, bytes, 1);
    case 1:
      return flipBits(random, bytes, 1 + random.int(8));
    case 2: // cut an end off
      return random.chance(0.5) ? bytes.subarray(0, at) : bytes.subarray(at);
    case 3: // cut a piece out
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4: // insert foreign bytes
      return Buffer.concat([bytes.subarray(0, at), random.bytes(length), bytes.subarray(at)]);
    case 5: // repeat a piece
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 6: // this one's start, that one's end
      return Buffer.concat([bytes.subarray(0, at), donor.subarray(at)]);
    default: {
      // that one's piece in the middle of this one
      const piece = donor.subarray(at, at + length);
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)]);
    }
  }
}

function flipBits(random: Random, bytes: Buffer, times: number): Buffer {
  const changed = Buffer.from(bytes);
  for (let i = 0; i < times && changed.length > 0; i++) {
    const at = random.int(changed.length);
    changed[at] = (changed[at] as number) ^ (1 << random.int(8));
  }
  return changed;
}

/** Random bytes that are drawn ahead. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandomPool } from "../../src/core/primitives.js";

describe("a pool of random bytes", () => {
  it("gives each byte once: what it gave never changes, and never comes again", () => {
    const random = createRandomPool();
    const pieces = Array.from({ length: 1000 }, (_, i) => random(1 + (i % 64)));
    const copies = pieces.map((piece) => Buffer.from(piece));
    for (let i = 0; i < 1000; i++) random(40);
    assert.deepEqual(pieces, copies);
    const long = copies.filter((piece) => piece.length >= 16).map((piece) => piece.toString("hex"));
    assert.equal(new Set(long).size, long.length);
    const places = new Set<string>();
    for (const piece of pieces) {
      for (let i = 0; i < piece.length; i++)
        places.add(`${idOf(piece.buffer)} ${piece.byteOffset + i}`);
    }
    assert.equal(
      places.size,
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    );
  });

  it("gives as many as are asked for, also more than it holds", () => {
    const random = createRandomPool();
    for (const length of [0, 1, 40, 4095, 4096, 4097, 100_000]) {
      assert.equal(random(length).length, length);
    }
  });
});

const ids = new Map<ArrayBufferLike, number>();

function idOf(buffer: ArrayBufferLike): number {
  if (!ids.has(buffer)) ids.set(buffer, ids.size);
  return ids.get(buffer) as number;
}

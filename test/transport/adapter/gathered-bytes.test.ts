import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { GatheredBytes } from "../../../src/transport/adapter/gathered-bytes.js";

const chunks = fc.array(
  fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 20 },
);

describe("gathered bytes", () => {
  it("are those of the chunks, one after the other", () => {
    fc.assert(
      fc.property(chunks, fc.nat(), fc.nat(), fc.boolean(), (pieces, from, length, own) => {
        const gathered = new GatheredBytes();
        for (const piece of pieces) gathered.push(piece);
        const whole = Buffer.concat(pieces);
        assert.equal(gathered.length, whole.length);
        const start = from % (whole.length + 1);
        const size = length % (whole.length - start + 1);
        const part = gathered.slice(start, size, own);
        assert.deepEqual(part, whole.subarray(start, start + size));
        if (size > 0) assert.equal(gathered.at(start), whole[start]);
        if (own) assert.equal(part.buffer.byteLength, size);
        gathered.clear();
        assert.equal(gathered.length, 0);
      }),
    );
  });

  it("never change the chunks that they came in", () => {
    const shared = Buffer.from("abcdef");
    const gathered = new GatheredBytes();
    gathered.push(shared.subarray(0, 2));
    gathered.push(Buffer.from("XY"));
    assert.equal(shared.toString(), "abcdef");
  });

  it("give out their first, and keep the others as they are", () => {
    fc.assert(
      fc.property(chunks, fc.nat(), chunks, (pieces, length, more) => {
        const gathered = new GatheredBytes();
        for (const piece of pieces) gathered.push(piece);
        const whole = Buffer.concat(pieces);
        const size = length % (whole.length + 1);
        const taken = gathered.take(size);
        for (const piece of more) gathered.push(piece);
        assert.deepEqual(taken, whole.subarray(0, size));
        const rest = Buffer.concat([whole.subarray(size), ...more]);
        assert.deepEqual(gathered.slice(0, gathered.length, false), rest);
      }),
    );
  });

  it("take at most twice their memory, however small the chunks", () => {
    const gathered = new GatheredBytes();
    for (let i = 0; i < 100_000; i++) gathered.push(Buffer.from([i & 255]));
    const { byteLength } = gathered.slice(0, 1, false).buffer;
    assert.ok(byteLength <= 200_000);
    assert.equal(gathered.memory, byteLength);
  });
});

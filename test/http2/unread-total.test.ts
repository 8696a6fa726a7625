/** What waits of answers on all connections together, and who goes when it is too much. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Backlog } from "../../src/http2/backlog.js";
import type { FrameWriter } from "../../src/http2/frame-writer.js";
import { DEFAULT_HTTP2_LIMITS, UnreadTotal, Uptake } from "../../src/http2/index.js";

const MIB = 1024 * 1024;

/** A connection of which so much waits since its beginning, and whose peer has taken so much before. */
function connection(total: UnreadTotal, waiting: number, taken: number, begunAt: number) {
  const uptake = new Uptake(begunAt);
  const answers = {
    isCut: false,
    seenMs: (now: number) => uptake.seenMs(now),
    remainingMs: (now: number) => uptake.remainingMs(now, waiting, taken),
    cutForRoom() {
      answers.isCut = true;
      total.note(answers, 0);
    },
  };
  total.note(answers, waiting);
  return answers;
}

describe("answers that wait on all connections", () => {
  it("cost nobody behind a slow line while others hoard what they have just shown to read fast", () => {
    const total = new UnreadTotal(64 * MIB);
    // Batches of half a mebibyte, 32 KiB a second for ten seconds.
    const slow = connection(total, MIB / 2, 10 * 32 * 1024, 0);
    const hoarders = Array.from({ length: 18 }, () => connection(total, 8 * MIB, 9 * MIB, 9_950));
    assert.ok(total.isFarBeyond);
    total.relieve(10_000);
    assert.equal(slow.isCut, false);
    assert.ok(hoarders.filter(({ isCut }) => isCut).length >= 10);
    assert.equal(total.isFarBeyond, false);
  });

  it("cost those first who do not read, where there is time", () => {
    const total = new UnreadTotal(64 * MIB);
    const large = connection(total, 8 * MIB, 80 * MIB, 0);
    const silent = Array.from({ length: 70 }, () => connection(total, MIB, 0, 0));
    total.relieve(10_000);
    assert.equal(large.isCut, false);
    assert.equal(silent.filter(({ isCut }) => isCut).length, 14);
  });

  it("hold nothing of a connection that is closed, whatever is left in its socket", () => {
    const total = new UnreadTotal(1_000);
    const writer = { unsent: 100_000, sent: 0 } as FrameWriter;
    const backlog = new Backlog(writer, DEFAULT_HTTP2_LIMITS, total, () => {}, 0);
    backlog.count();
    assert.ok(total.isFarBeyond);
    backlog.close();
    backlog.count();
    assert.equal(total.isFarBeyond, false);
  });
});

/** What requests hold whose bodies are not whole: bounded, at the cost of whoever holds most. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, type ConnectError } from "@connectrpc/connect";
import { HeldBodies, type UnfinishedBody } from "../../../src/transport/adapter/held-bodies.js";

const KIB = 1024;

function body(): UnfinishedBody & { error: ConnectError | undefined } {
  return {
    error: undefined,
    giveUp(error) {
      this.error = error;
    },
  };
}

describe("unfinished bodies", () => {
  it("beyond the bound cost the connection that holds most its oldest request", () => {
    const bodies = new HeldBodies(undefined, 100 * KIB);
    const [greedy, modest] = [{}, {}];
    const [oldest, newest, other] = [body(), body(), body()];
    bodies.note(oldest, greedy, 40 * KIB);
    bodies.note(newest, greedy, 10 * KIB);
    bodies.note(other, modest, 30 * KIB);
    bodies.note(other, modest, 49 * KIB);
    assert.deepEqual([oldest.error, newest.error, other.error], [undefined, undefined, undefined]);
    bodies.note(other, modest, 51 * KIB);
    // The other connection holds most by now.
    assert.equal(other.error?.code, Code.ResourceExhausted);
    bodies.note(newest, greedy, 65 * KIB);
    assert.equal(oldest.error?.code, Code.ResourceExhausted);
    assert.equal(newest.error, undefined);
  });

  it("that are whole or over give their room back, once", () => {
    const bodies = new HeldBodies(undefined, 100 * KIB);
    for (let i = 0; i < 1000; i++) {
      const one = body();
      bodies.note(one, {}, 90 * KIB);
      bodies.forget(one);
      bodies.forget(one);
      assert.equal(one.error, undefined);
    }
  });

  it("of a few kilobytes are not counted: the cap on streams bounds them", () => {
    const bodies = new HeldBodies(undefined, 100 * KIB);
    const all = Array.from({ length: 1000 }, body);
    for (const one of all) bodies.note(one, {}, 4 * KIB);
    assert.ok(all.every(({ error }) => error === undefined));
  });

  it("may cost the very request that goes beyond the bound", () => {
    const bodies = new HeldBodies(undefined, 100 * KIB);
    const one = body();
    bodies.note(one, {}, 101 * KIB);
    assert.equal(one.error?.code, Code.ResourceExhausted);
  });
});

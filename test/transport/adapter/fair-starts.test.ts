/** Requests of the long way that wait for their turns. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inTurns } from "../../../src/transport/adapter/fair-starts.js";
import type { HttpExchange } from "../../../src/transport/adapter/http-exchange.js";

/** A connection of HTTP/1.1 that has asked for much at once. */
function connection() {
  const socket = {};
  const closed: (() => void)[] = [];
  const exchange = (path: string) =>
    ({
      path,
      socket,
      whenClosed: (run: () => void) => closed.push(run),
    }) as unknown as HttpExchange;
  return {
    exchange,
    close: () => {
      for (const run of closed) run();
    },
  };
}

describe("requests that wait for their turns", () => {
  it("are gone with their connection, and take no turn of anybody else", async () => {
    const begun: string[] = [];
    const handler = inTurns((exchange) => {
      begun.push(exchange.path);
      return { status: 200 };
    });
    const [gone, other] = [connection(), connection()];
    for (let i = 0; i < 64; i++) void handler(gone.exchange("gone"));
    const before = begun.length;
    assert.ok(before < 64);
    gone.close();
    for (let i = 0; i < 4; i++) void handler(other.exchange("other"));
    await nextTurn();
    assert.deepEqual(begun.slice(before), ["other", "other", "other", "other"]);
  });
});

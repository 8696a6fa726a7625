/** Requests of the long way that wait for their turns. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inTurns } from "../../../src/transport/adapter/fair-starts.js";
import type { HttpExchange } from "../../../src/transport/adapter/http-exchange.js";

/** A connection of HTTP/1.1 that has asked for much at once. */
function connection(remoteAddress = "10.0.0.1") {
  let isCut = false;
  const socket = {
    remoteAddress,
    destroy() {
      isCut = true;
    },
  };
  const closed: (() => void)[] = [];
  const exchange = (path: string) =>
    ({
      path,
      socket,
      whenClosed: (run: () => void) => closed.push(run),
    }) as unknown as HttpExchange;
  return {
    exchange,
    isCut: () => isCut,
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

  it("come by networks, however many connections one has", async () => {
    const begun: string[] = [];
    const handler = inTurns((exchange) => {
      begun.push(exchange.path);
      return { status: 200 };
    });
    const many = Array.from({ length: 50 }, (_, i) => connection(`2001:db8::${i + 1}`));
    for (const each of many) void handler(each.exchange("many"));
    const before = begun.length;
    void handler(connection("192.0.2.1").exchange("one"));
    await nextTurn();
    assert.ok(begun.slice(before).includes("one"), begun.join());
  });

  it("are bounded in all: who has most waiting, in the network that has, is cut", async () => {
    let begun = 0;
    const told: string[] = [];
    const handler = inTurns(
      () => {
        begun++;
        return { status: 200 };
      },
      ({ remoteAddress }, reason) => told.push(`${remoteAddress}: ${reason}`),
      100,
    );
    const [honest, some, hostile] = [
      connection("192.0.2.1"),
      connection("198.51.100.1"),
      connection("198.51.100.1"),
    ];
    for (let i = 0; i < 40; i++) void handler(honest.exchange("honest"));
    for (let i = 0; i < 20; i++) void handler(some.exchange("some"));
    const before = begun;
    for (let i = 0; i < 45; i++) void handler(hostile.exchange("hostile"));
    assert.deepEqual(
      [honest, some, hostile].map((each) => each.isCut()),
      [false, false, true],
    );
    assert.deepEqual(told, ["198.51.100.1: requests that wait to begin"]);
    // Its closing takes nothing away twice.
    hostile.close();
    while (begun < before + 56) await nextTurn();
    for (let i = 0; i < 10; i++) await nextTurn();
    assert.equal(begun, 60);
  });
});

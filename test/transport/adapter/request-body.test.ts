/** The body of a request of the long way: what came since the last read is read at once. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RequestBody } from "../../../src/transport/adapter/request-body.js";

function start() {
  const read: number[] = [];
  const body = new RequestBody((bytes) => read.push(bytes));
  return { body, read, chunks: body[Symbol.asyncIterator]() };
}

describe("the body of a request of the long way", () => {
  it("is one chunk where it came byte by byte before it was read", async () => {
    const { body, read, chunks } = start();
    for (const byte of "token") body.push(Buffer.from(byte));
    body.end();
    assert.equal(String(Buffer.from((await chunks.next()).value ?? "")), "token");
    assert.deepEqual(read, [5]);
    assert.equal((await chunks.next()).done, true);
  });

  it("is handed to whoever waits, and gathered behind that", async () => {
    const { body, read, chunks } = start();
    const first = chunks.next();
    for (const text of ["a", "b", "c"]) body.push(Buffer.from(text));
    assert.deepEqual((await first).value, Buffer.from("a"));
    assert.deepEqual((await chunks.next()).value, Buffer.from("bc"));
    assert.deepEqual(read, [1, 2]);
    const next = chunks.next();
    body.end();
    assert.equal((await next).done, true);
  });

  it("keeps nothing once it is dropped, and fails the next read once it has failed", async () => {
    const { body, read, chunks } = start();
    body.push(Buffer.from("a"));
    body.drop();
    body.push(Buffer.from("b"));
    body.fail(new Error("too late"));
    await assert.rejects(chunks.next(), /too late/);
    assert.deepEqual(read, []);
  });
});

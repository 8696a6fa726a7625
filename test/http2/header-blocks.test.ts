/** Header blocks of a connection: what its decoder remembers, and what its encoder owes the peer. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { HeaderReader } from "../../src/http2/header-reader.js";
import { encodeFieldName, encodeHeaderBlock, type HeaderFields } from "../../src/http2/index.js";
import { DEFAULT_HTTP2_LIMITS } from "../../src/http2/limits.js";
import { type AnsweringServer, startAnsweringServer } from "./answering-server.js";
import { frame, headerBlock, RawClient, REQUEST, setting, TYPE } from "./raw-client.js";

const HEAD = encodeHeaderBlock([[":status", "200"]]);
/** The newest entry of the dynamic table. */
const NEWEST = Buffer.from([0xbe]);
/** Adds a field to the dynamic table. */
const added = (name: string, value: string) =>
  Buffer.concat([Buffer.from([0x40]), headerBlock({ [name]: value }).subarray(1)]);
const request = (stream: number, ...parts: Buffer[]) =>
  frame(TYPE.headers, 5, stream, Buffer.concat([headerBlock(REQUEST), ...parts]));

let server: AnsweringServer;
const seen: HeaderFields[] = [];
const open = async (settings?: Buffer) => {
  seen.length = 0;
  server = await startAnsweringServer({
    onStream(stream) {
      seen.push(stream.headers);
      stream.respond(HEAD);
    },
  });
  return RawClient.open(server.port, settings);
};

describe("header blocks that are received", () => {
  afterEach(() => server.close());

  it("gives one frozen object for the same block again", async () => {
    const client = await open();
    await client.outcome(request(1), request(3));
    assert.equal(seen[0], seen[1]);
    assert.ok(Object.isFrozen(seen[0]));
    assert.deepEqual({ ...seen[0] }, REQUEST);
    client.close();
  });

  it("remembers no list that its block makes large", async () => {
    const client = await open();
    const large = (stream: number) => request(stream, NEWEST, NEWEST);
    const small = (stream: number) => request(stream, NEWEST);
    await client.outcome(request(1, added("a", "b".repeat(2_000))), large(3), large(5), small(7));
    assert.notEqual(seen[1], seen[2]);
    await client.outcome(small(9));
    assert.equal(seen[3], seen[4]);
    client.close();
  });

  it("remembers lists of 16 KiB together, whatever their blocks have", async () => {
    const client = await open();
    const other = (stream: number, name: string) =>
      request(stream, NEWEST, headerBlock({ [name]: "" }));
    await client.outcome(request(1, added("a", "b".repeat(2_000))));
    await client.outcome(...[..."abcdefgh"].map((name, at) => other(2 * at + 3, name)));
    await client.outcome(other(19, "h"), other(21, "a"));
    assert.equal(seen[8], seen[9]);
    assert.notEqual(seen[1], seen[10]);
    client.close();
  });

  it("remembers no list with a fault", () => {
    const reader = new HeaderReader(DEFAULT_HTTP2_LIMITS);
    const read = (fields: Record<string, string>) => {
      const block = headerBlock(fields);
      return reader.request(block, 0, block.length);
    };
    assert.equal(read(REQUEST), read(REQUEST));
    const { fault } = read({ ...REQUEST, host: "evil" });
    assert.equal(fault, "a host that is not the :authority");
    assert.notEqual(read({ ...REQUEST, host: "evil" }), read({ ...REQUEST, host: "evil" }));
  });

  it("reads the same octets anew when the table has changed between them", async () => {
    const client = await open();
    const same = (stream: number) => request(stream, NEWEST);
    await client.outcome(request(1, added("a", "1")), same(3), same(5));
    await client.outcome(request(7, added("a", "2")), same(9));
    assert.deepEqual(
      seen.map(({ a }) => a),
      ["1", "1", "1", "2", "2"],
    );
    client.close();
  });

  it("reads the same octets anew when trailers have changed the table", async () => {
    const client = await open();
    const same = (stream: number) => request(stream, NEWEST);
    await client.outcome(request(1, added("a", "1")), same(3));
    const trailers = frame(TYPE.headers, 5, 5, added("a", "2"));
    const head = frame(TYPE.headers, 4, 5, headerBlock(REQUEST));
    await client.outcome(head, trailers, same(7));
    assert.deepEqual(
      seen.map(({ a }) => a),
      ["1", "1", undefined, "2"],
    );
    client.close();
  });

  it("joins values of one name, those of cookie with a semicolon", async () => {
    const client = await open();
    const twice = [headerBlock({ a: "1" }), headerBlock({ a: "2" })];
    const cookies = [headerBlock({ cookie: "a=1" }), headerBlock({ cookie: "b=2" })];
    await client.outcome(request(1, ...twice, ...cookies));
    assert.deepEqual({ ...seen[0] }, { ...REQUEST, a: "1, 2", cookie: "a=1; b=2" });
    client.close();
  });

  it("takes names that objects have of their own for names", async () => {
    const client = await open();
    // As computed keys, so that "__proto__" is one as well.
    const fields = ["__proto__", "constructor"].map((name) => headerBlock({ [name]: "x" }));
    await client.outcome(request(1, ...fields));
    assert.equal(seen[0]?.constructor, "x");
    assert.ok(Object.hasOwn(seen[0] ?? {}, "__proto__"));
    assert.equal(Object.getPrototypeOf(Object.getPrototypeOf(seen[0])), null);
    assert.equal(seen[0]?.valueOf, undefined);
    client.close();
  });
});

describe("header blocks that are sent", () => {
  afterEach(() => server.close());

  it("says that its table is empty when the client has made its own smaller", async () => {
    const client = await open(setting(1, 0));
    await client.outcome(request(1), request(3));
    const blocks = client.frames.map(({ payload }) => payload.toString("hex"));
    assert.deepEqual(blocks, ["2088", "88"]);
    client.close();
  });

  it("does not when the table has its first size", async () => {
    const client = await open(setting(1, 4_096));
    await client.outcome(request(1));
    assert.equal(client.frames[0]?.payload.toString("hex"), "88");
    client.close();
  });

  it("sends a block above 16,384 octets in CONTINUATIONs", async () => {
    const client = await open();
    const long = encodeHeaderBlock([
      [":status", "200"],
      ["a", "b".repeat(40_000)],
    ]);
    await server.close();
    server = await startAnsweringServer({ onStream: (stream) => stream.respond(long) });
    const reader = await RawClient.open(server.port);
    const outcome = await reader.outcome(request(1));
    assert.deepEqual(outcome, ["HEADERS 1 end", "CONTINUATION 1", "CONTINUATION 1"]);
    assert.deepEqual(
      reader.frames.map(({ flags }) => flags),
      [1, 0, 4],
    );
    const block = Buffer.concat(reader.frames.map(({ payload }) => payload));
    assert.ok(block.equals(long.frame.subarray(9)));
    client.close();
    reader.close();
  });
});

describe("a header block and one more field", () => {
  const name = encodeFieldName("x-request-id");

  for (const length of [1, 126, 127, 128, 254]) {
    it(`is the block of all fields: a value of ${length} characters`, () => {
      const value = "v".repeat(length);
      const whole = encodeHeaderBlock([
        [":status", "200"],
        ["x-request-id", value],
      ]);
      assert.ok(HEAD.plus(name, value).frame.equals(whole.frame));
    });
  }

  it("has no longer value", () => {
    assert.throws(() => HEAD.plus(name, "v".repeat(255)), RangeError);
  });
});

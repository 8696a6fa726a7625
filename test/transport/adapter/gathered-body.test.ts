/** The body of a call of the long way, as Connect's decoders see it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type BodyForm,
  gatheredBody,
  isEnveloped,
} from "../../../src/transport/adapter/gathered-body.js";
import { envelope } from "./support.js";

const SINGLE = { isEnveloped: true, isSingle: true, maxBytes: 5_000 };
const STREAM = { ...SINGLE, isSingle: false };
const WHOLE = { ...SINGLE, isEnveloped: false };

/** Reads a body to its end. */
async function read(pieces: Iterable<Buffer>, form: BodyForm) {
  const told: (number | undefined)[] = [];
  const came: Buffer[] = [];
  const source = (async function* () {
    yield* pieces;
  })();
  for await (const piece of gatheredBody(source, form, (memory) => told.push(memory))) {
    came.push(piece);
  }
  return { came, told, most: Math.max(...told.map((each) => each ?? 0)) };
}

function* octets(bytes: Buffer) {
  for (const octet of bytes) yield Buffer.from([octet]);
}

describe("the body of a call of the long way", () => {
  const messages = [envelope(Buffer.alloc(5_000, "a")), envelope(Buffer.alloc(0))];
  const both = Buffer.concat(messages);

  it("is whole messages, however it is cut", async () => {
    for (const form of [SINGLE, STREAM]) {
      for (const pieces of [octets(both), [both], [both.subarray(0, 3), both.subarray(3)]]) {
        assert.deepEqual((await read(pieces, form)).came, messages);
      }
    }
  });

  it("is one piece where it is one message without a head", async () => {
    const body = Buffer.alloc(5_000, "b");
    assert.deepEqual((await read(octets(body), WHOLE)).came, [body]);
    assert.deepEqual((await read([], WHOLE)).came, []);
  });

  it("ends with what is left of a message", async () => {
    const { came } = await read(octets(both.subarray(0, both.length - 1)), STREAM);
    assert.deepEqual(came, [messages[0], both.subarray(5_005, 5_009)]);
  });

  const refused: [name: string, form: BodyForm, body: Buffer, after: number][] = [
    ["beyond the limit", WHOLE, Buffer.alloc(6_000), 5_001],
    ["announced beyond the limit", SINGLE, envelope(Buffer.alloc(5_001)), 5],
    ["with unknown flags", STREAM, envelope(Buffer.alloc(100), 2), 5],
  ];
  for (const [name, form, body, after] of refused) {
    it(`passes as it comes once it is certain that it is refused: ${name}`, async () => {
      const { came } = await read(octets(body), form);
      assert.equal(came[0]?.length, after);
      assert.ok(came.slice(1).every(({ length }) => length === 1));
      assert.deepEqual(Buffer.concat(came), body);
    });
  }

  it("tells its memory with each chunk: no more than twice its length, and its end", async () => {
    const { told, most } = await read(octets(messages[0] as Buffer), SINGLE);
    assert.equal(told.length, 5_006);
    assert.ok(most >= 5_005 && most <= 2 * 5_005, `${most} bytes`);
    assert.equal(told.at(-1), undefined);
  });

  it("counts a message until the end where it is the only one, and else until it is passed on", async () => {
    assert.deepEqual((await read(messages, SINGLE)).told, [5_005, 5_010, undefined]);
    assert.deepEqual((await read(messages, STREAM)).told, [0, 0, undefined]);
  });

  it("tells its end to whoever leaves early", async () => {
    const told: unknown[] = [];
    const source = (async function* () {
      yield* messages;
    })();
    for await (const _ of gatheredBody(source, STREAM, (memory) => told.push(memory))) break;
    assert.deepEqual(told, [undefined]);
  });
});

it("the content type tells whether messages have heads", () => {
  const types = ["application/grpc", "application/grpc-web+json", "application/connect+proto"];
  assert.ok([...types, "Application/GRPC+proto"].every(isEnveloped));
  assert.ok(!["application/json", "application/proto", "text/plain", ""].some(isEnveloped));
});

/** How bodies reach Connect through the check: in few pieces, whatever the client makes of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { createConnectRouter } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { refuseMalformed } from "../../src/transport/index.js";
import { EchoRequestSchema, EchoService } from "./adapter/gen/adaptertest/v1/echo_pb.js";
import { envelope } from "./adapter/support.js";

const message = toBinary(
  EchoRequestSchema,
  create(EchoRequestSchema, { text: "a".repeat(20_000) }),
);

/** The pieces that a handler behind the check is given. */
async function piecesOf(type: string, body: Buffer, pieceLength: number): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  const router = createConnectRouter();
  refuseMalformed((inner) => {
    inner.rpc(EchoService.method.echo, () => ({}));
    const handler = inner.handlers[0] as UniversalHandler;
    inner.handlers[0] = Object.assign(async (request: Parameters<UniversalHandler>[0]) => {
      for await (const piece of request.body as AsyncIterable<Uint8Array>) {
        pieces.push(Buffer.from(piece));
      }
      return { status: 200 };
    }, handler) as UniversalHandler;
  })(router);
  await (router.handlers[0] as UniversalHandler)({
    httpVersion: "2",
    url: "http://x/",
    method: "POST",
    header: new Headers({ "content-type": type }),
    signal: new AbortController().signal,
    body: (async function* () {
      for (let at = 0; at < body.length; at += pieceLength) {
        yield body.subarray(at, at + pieceLength);
      }
    })(),
  });
  return pieces;
}

describe("a body on its way to Connect", () => {
  for (const type of ["application/grpc", "application/grpc-web+proto"]) {
    it(`${type}: each head as it comes, each message in one piece`, async () => {
      const body = Buffer.concat([
        envelope(message),
        envelope(new Uint8Array()),
        envelope(message),
      ]);
      for (const pieceLength of [1, 3, 5, 1000, body.length]) {
        const pieces = await piecesOf(type, body, pieceLength);
        assert.deepEqual(Buffer.concat(pieces), body);
        const lengths = pieces.map(({ length }) => length);
        assert.deepEqual(lengths, [5, message.length, 5, 5, message.length]);
      }
    });

    it(`${type}: what is no whole message, as it is`, async () => {
      const body = envelope(message).subarray(0, 1000);
      const pieces = await piecesOf(type, body, 1);
      assert.deepEqual(Buffer.concat(pieces), body);
      assert.equal(pieces.length, 2);
    });
  }

  it("application/proto: in pieces of some length", async () => {
    const pieces = await piecesOf("application/proto", Buffer.from(message), 1);
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(message));
    assert.ok(pieces.length < 10);
  });
});

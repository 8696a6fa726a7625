/** Bodies of the long way over HTTP/1.1: read as they come, and no further than somebody takes them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterEach, describe, it } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { EchoRequestSchema } from "./gen/adaptertest/v1/echo_pb.js";
import { envelope, startServers, type TestServers } from "./support.js";

const PATH = "/adaptertest.v1.EchoService/Join";
const MESSAGE = envelope(
  toBinary(EchoRequestSchema, create(EchoRequestSchema, { text: "a".repeat(1_000) })),
);
const COUNT = 8_000;

let servers: TestServers;

describe("a body of the long way over HTTP/1.1", () => {
  afterEach(() => servers.close());

  it("waits at its client until somebody reads it, and comes whole", async () => {
    let admit = () => {};
    const admitted = new Promise<undefined>((resolve) => {
      admit = () => resolve(undefined);
    });
    let read = () => 0;
    let isPaused = () => false;
    servers = await startServers({
      authorize: ({ socket }) => {
        read = () => socket?.bytesRead ?? 0;
        isPaused = () => socket?.isPaused() ?? false;
        return admitted;
      },
    });
    const call = request(servers.h1 + PATH, {
      method: "POST",
      headers: { "content-type": "application/connect+proto" },
    });
    const answered = once(call, "response") as Promise<[IncomingMessage]>;
    for (let sent = 0; sent < COUNT; sent++) call.write(MESSAGE);
    call.end();
    while (!isPaused()) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(read() < (COUNT * MESSAGE.length) / 2, `${read()} bytes`);
    admit();
    const [response] = await answered;
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    const text = Buffer.concat(parts).toString("latin1");
    assert.equal(text.split("a".repeat(1_000)).length - 1, COUNT);
  });

  it("may come in chunks of one octet", async () => {
    servers = await startServers();
    const call = request(servers.h1 + PATH, {
      method: "POST",
      headers: { "content-type": "application/connect+proto" },
    });
    const answered = once(call, "response") as Promise<[IncomingMessage]>;
    for (const octet of MESSAGE) call.write(Buffer.from([octet]));
    call.end();
    const [response] = await answered;
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    assert.ok(Buffer.concat(parts).toString("latin1").includes("a".repeat(1_000)));
  });
});

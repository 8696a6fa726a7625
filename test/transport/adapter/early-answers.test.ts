import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { FLAG, frame, headerBlock, PREFACE, TYPE } from "../../attack/frames.js";
import { echoRoutes, envelope, rawHttp2, startServers, type TestServers } from "./support.js";

const HEAD_LENGTH = 9;
const NAMES: Readonly<Record<number, string>> = { 0: "DATA", 1: "HEADERS", 3: "RST_STREAM" };
const NO_PAYLOAD = Buffer.alloc(0);
/** More than the limit, and more than is sent: the answer comes before the end of the request. */
const ANNOUNCED = 5_000;
const LIMIT = 1_000;

/** The frames that answer a request which never ends, up to the reset that tells the client to stop. */
async function answerTo(port: number, path: string, type: string): Promise<string[]> {
  const headers = {
    ":method": "POST",
    ":scheme": "http",
    ":authority": "localhost",
    ":path": `/adaptertest.v1.EchoService/${path}`,
    "content-type": type,
    "content-length": String(5 + ANNOUNCED),
  };
  const prefix = Buffer.from([0, 0, 0, ANNOUNCED >> 8, ANNOUNCED & 255]);
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(
    Buffer.concat([
      PREFACE,
      frame(TYPE.settings, 0, 0, NO_PAYLOAD),
      frame(TYPE.headers, FLAG.endHeaders, 1, headerBlock(headers)),
      frame(TYPE.data, 0, 1, Buffer.concat([prefix, Buffer.alloc(LIMIT + 1)])),
    ]),
  );
  const frames: string[] = [];
  let rest: Buffer = NO_PAYLOAD;
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEAD_LENGTH && rest.length >= HEAD_LENGTH + rest.readUIntBE(0, 3)) {
      const [type, flags] = [rest[3] as number, rest[4] as number];
      const name = NAMES[type];
      const onStream = rest.readUInt32BE(5) === 1;
      rest = rest.subarray(HEAD_LENGTH + rest.readUIntBE(0, 3));
      if (!onStream || name === undefined) continue;
      const ends = type !== TYPE.reset && (flags & FLAG.endStream) !== 0;
      frames.push(ends ? `${name} END_STREAM` : name);
      if (type === TYPE.reset) return frames;
    }
  }
  throw new Error(`the connection ended after ${frames.join(", ")}`);
}

for (const enabled of [true, false]) {
  describe(`an answer before the end of the request, short way ${enabled ? "on" : "off"}`, () => {
    let servers: TestServers;
    before(async () => {
      const routes = echoRoutes({
        // biome-ignore lint/correctness/useYield: it fails before its first answer
        async *chat(_, { responseHeader }) {
          responseHeader.set("x-head", "told");
          throw new ConnectError("failed", Code.Aborted);
        },
      });
      servers = await startServers({ routes, readMaxBytes: LIMIT, enabled });
    });
    after(() => servers.close());

    for (const path of ["Echo", "Spell"]) {
      it(`${path} in gRPC is one frame`, async () => {
        assert.deepEqual(await answerTo(servers.h2Port, path, "application/grpc"), [
          "HEADERS END_STREAM",
          "RST_STREAM",
        ]);
      });
    }

    for (const [path, type] of [
      ["Echo", "application/proto"],
      ["Echo", "application/json"],
      ["Echo", "application/grpc-web+proto"],
      ["Spell", "application/grpc-web+proto"],
      ["Spell", "application/connect+proto"],
      ["Spell", "application/connect+json"],
    ] as const) {
      it(`${path} in ${type} is whole before the reset`, async () => {
        const frames = await answerTo(servers.h2Port, path, type);
        // A body that comes in pieces ends with an empty frame.
        assert.deepEqual(
          frames.filter((name) => name !== "DATA"),
          ["HEADERS", "DATA END_STREAM", "RST_STREAM"],
        );
      });
    }

    it("keeps the headers of a gRPC stream that fails apart from its trailers", async () => {
      const session = connectHttp2(servers.h2);
      const path = "/adaptertest.v1.EchoService/Chat";
      const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc" };
      const answer = await rawHttp2(session, headers, [envelope(NO_PAYLOAD)], false);
      session.destroy();
      assert.equal(answer.headers["x-head"], "told");
      assert.equal(answer.trailers["grpc-status"], String(Code.Aborted));
    });
  });
}

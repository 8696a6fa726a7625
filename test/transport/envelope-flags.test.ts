/** The flags before each message: of 256, a request may have two, whichever protocol and whichever way. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pino } from "pino";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { createServer, type Server } from "../../src/server/server.js";
import { type RawAnswer, type RawClient, rawHttp2 } from "../fuzz/raw-client.js";
import { fixedManager } from "../support/fixed-manager.js";

const unary = `/${TokenService.typeName}/IntrospectToken`;
const stream = `/${TokenService.typeName}/WatchRevocations`;
const watch = `/${Health.typeName}/Watch`;
const TARGETS = [
  { name: "gRPC", type: "application/grpc", path: unary },
  { name: "gRPC, a stream", type: "application/grpc", path: stream },
  { name: "gRPC, health", type: "application/grpc", path: watch },
  { name: "gRPC-Web", type: "application/grpc-web+proto", path: unary },
  { name: "gRPC-Web, a stream", type: "application/grpc-web+proto", path: stream },
  { name: "Connect, a stream", type: "application/connect+proto", path: stream },
  { name: "Connect, a stream of JSON", type: "application/connect+json", path: stream, json: true },
] as const;
const RESERVED = Array.from({ length: 254 }, (_, i) => i + 2);

function framed(flags: number, data: Buffer, announced = data.length): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(announced, 1);
  return Buffer.concat([head, data]);
}

/** The code and the text of an answer, wherever the protocol has them. */
function told({ headers, trailers, body }: RawAnswer): string {
  const text = body.toString("latin1");
  const end = /\{"error".*\}/s.exec(text)?.[0];
  if (end !== undefined) {
    const { code, message } = JSON.parse(end).error;
    return `${code}: ${message}`;
  }
  const all = { ...headers, ...trailers };
  const status = all["grpc-status"] ?? /grpc-status: ?(\d+)/.exec(text)?.[1];
  const message = all["grpc-message"] ?? /grpc-message: ?([^\r\n]*)/.exec(text)?.[1];
  const code: Record<string, string> = { 0: "ok", 3: "invalid_argument", 12: "unimplemented" };
  return `${code[String(status)] ?? status}: ${decodeURIComponent(String(message))}`;
}

describe("flags of an envelope", () => {
  /** The short way, and Connect's own. */
  const servers: Server[] = [];
  const clients: RawClient[] = [];
  before(async () => {
    const manager = await fixedManager();
    const logger = pino({ level: "silent" });
    for (const unaryAdapter of [true, false]) {
      const server = createServer({ manager, logger, callers: ANYONE, unaryAdapter });
      const { port } = await server.listen(0, "127.0.0.1");
      servers.push(server);
      clients.push(rawHttp2(`http://127.0.0.1:${port}`));
    }
  });
  after(async () => {
    for (const client of clients) client.close();
    for (const server of servers) await server.close(0);
  });

  const send = (type: string, path: string, body: Buffer) =>
    Promise.all(
      clients.map(async (client) =>
        told(
          await client.send({
            method: "POST",
            path,
            headers: { "content-type": type, te: "trailers" },
            body,
          }),
        ),
      ),
    );

  for (const { name, type, path, ...format } of TARGETS) {
    const message = "json" in format ? Buffer.from("{}") : Buffer.alloc(0);

    it(`are refused where they are reserved, all 254 of them, over ${name}`, async () => {
      const answers = new Set<string>();
      for (const flags of RESERVED) {
        for (const answer of await send(type, path, framed(flags, message))) answers.add(answer);
      }
      assert.deepEqual(
        [...answers],
        ["invalid_argument: protocol error: reserved flags of an envelope are set"],
      );
    });

    it(`come before everything that follows them, over ${name}`, async () => {
      for (const flags of [2, 3, 0x80, 0xff]) {
        for (const body of [
          framed(flags, Buffer.from("not a message")),
          framed(flags, Buffer.alloc(3), 100),
          framed(flags, Buffer.alloc(0), 100),
          framed(flags, Buffer.alloc(0), 0xffff_ffff),
          Buffer.concat([framed(flags, message), framed(0, message)]),
        ]) {
          for (const answer of await send(type, path, body)) {
            assert.match(answer, /^invalid_argument: .*reserved flags/, `${flags}, ${body.length}`);
          }
        }
      }
    });

    it(`say that a message is compressed, which none may be, over ${name}`, async () => {
      for (const answer of await send(type, path, framed(1, message))) {
        assert.match(answer, /^unimplemented: /);
      }
    });
  }

  for (const { name, type, path } of TARGETS.filter(({ path }) => path === unary)) {
    it(`of a second message are looked at too, over ${name}`, async () => {
      const body = Buffer.concat([framed(0, Buffer.alloc(0)), framed(0x80, Buffer.alloc(0))]);
      for (const answer of await send(type, path, body)) {
        assert.match(answer, /^invalid_argument: .*reserved flags/);
      }
    });

    it(`may be none, over ${name}`, async () => {
      for (const answer of await send(type, path, framed(0, Buffer.alloc(0)))) {
        assert.match(answer, /^ok: /);
      }
    });
  }
});

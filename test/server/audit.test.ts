/** One line in the log for every call, however it ends and whichever way it takes. */
import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { pino } from "pino";
import { rawHttp2 } from "../fuzz/raw-client.js";
import { startTestServer } from "../support/server.js";
import { envelope } from "../transport/adapter/support.js";

const lines: string[] = [];
const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
const server = await startTestServer({ logger, defaultTimeoutMs: 300 });
const client = rawHttp2(server.url);
after(async () => {
  client.close();
  await server.close();
});
beforeEach(() => {
  lines.length = 0;
  server.service.fault = undefined;
});

/** What a line of JSON must not hold as it is. */
const NASTY = 'a"\\\n\u00e9\u2028","outcome":"Ok';
const PATH = "/securetoken.v1.TokenService/";
const TYPES = {
  "gRPC, short way": "application/grpc",
  "Connect, short way": "application/json",
  "gRPC-Web, long way": "application/grpc-web+json",
  "Connect, long way": "application/json; charset=utf-8",
};

/** Sends a JSON request; gRPC's short way knows binary alone, and gets `binary`. */
function send(type: string, rpc: string, json: string, binary: Buffer, unfinished = false) {
  const headers = { "content-type": type, te: "trailers" };
  const text = type.includes("web") ? envelope(Buffer.from(json)) : Buffer.from(json);
  const whole = type === "application/grpc" ? envelope(binary) : text;
  const body = unfinished ? whole.subarray(0, -1) : whole;
  return client.send({ method: "POST", path: PATH + rpc, headers, body, unfinished });
}

/** ValidateToken's request in binary. */
function tokenRequest(token: string): Buffer {
  const length = [(token.length & 0x7f) | 0x80, token.length >> 7];
  return Buffer.concat([Buffer.from([0x0a, ...length]), Buffer.from(token)]);
}

/** The lines of calls so far; what is written once a stream has closed takes a moment. */
async function calls(): Promise<Record<string, unknown>[]> {
  for (let i = 0; i < 200 && lines.length === 0; i++) await new Promise((r) => setTimeout(r, 5));
  await new Promise((r) => setTimeout(r, 20));
  return lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "call");
}

for (const [name, type] of Object.entries(TYPES)) {
  describe(`audit: ${name}`, () => {
    it("tells an answer, and the token it is about", async () => {
      const token = await server.service.seal({ userId: NASTY });
      const issued = server.service.manager.validateToken(token);
      await send(type, "ValidateToken", JSON.stringify({ token }), tokenRequest(token));
      const [line, ...more] = await calls();
      assert.deepEqual(more, []);
      const { time, duration_ms, request_id, ...told } = line as Record<string, unknown>;
      assert.equal(typeof request_id, "string");
      assert.ok(Number.isInteger(time) && typeof duration_ms === "number" && duration_ms >= 0);
      assert.deepEqual(told, {
        level: 30,
        rpc: "ValidateToken",
        caller: "anonymous",
        peer: "127.0.0.1",
        outcome: "Ok",
        token_id: issued.tokenId,
        key_id: issued.keyId,
        user_id: NASTY,
        msg: "call",
      });
      assert.ok(!lines.join().includes(token.slice(0, 40)));
    });

    it("tells the beginning of a long user_id, and its length, in ASCII", async () => {
      const userId = `${"\u{1f511}".repeat(200)}end`;
      const token = await server.service.seal({ userId });
      await send(type, "ValidateToken", JSON.stringify({ token }), tokenRequest(token));
      const [line] = await calls();
      assert.equal(line?.user_id, userId.slice(0, 256));
      assert.equal(line?.user_id_length, 403);
      assert.match(lines.join(""), /^[ -~\n]*$/);
    });

    it("names the token that an error is about", async () => {
      const token = await server.service.seal();
      const { tokenId } = server.service.manager.validateToken(token);
      server.service.clock.advanceHours(2);
      await send(type, "ValidateToken", JSON.stringify({ token }), tokenRequest(token));
      server.service.clock.advanceHours(-2);
      const [line] = await calls();
      assert.equal(line?.reason, "ERROR_REASON_TOKEN_EXPIRED");
      assert.equal(line?.token_id, tokenId);
    });

    it("tells an error and its reason", async () => {
      await send(type, "ValidateToken", '{"token":"junk"}', Buffer.from("0a046a756e6b", "hex"));
      const [line, ...more] = await calls();
      assert.deepEqual(more, []);
      assert.equal(line?.outcome, "Unauthenticated");
      assert.equal(line?.reason, "ERROR_REASON_TOKEN_MALFORMED");
    });

    it("tells a request that is no message", async () => {
      await send(type, "ValidateToken", "{", Buffer.from("ffff", "hex"));
      const found = await calls();
      assert.deepEqual(
        found.map(({ rpc, outcome, caller }) => [rpc, outcome, caller]),
        [["ValidateToken", "InvalidArgument", "anonymous"]],
      );
    });

    it("tells a request that does not come to its end", async () => {
      await send(type, "ValidateToken", '{"token":', Buffer.alloc(0), true);
      const found = await calls();
      assert.deepEqual(
        found.map(({ outcome }) => outcome),
        ["DeadlineExceeded"],
      );
    });

    it("tells the cause of an internal error, which the client does not learn", async () => {
      server.service.fault = new Error("a fault of ours");
      const request = ["ValidateToken", '{"token":"junk"}', Buffer.from("0a046a756e6b", "hex")];
      await send(type, ...(request as [string, string, Buffer]));
      const found = await calls();
      assert.deepEqual(
        found.map(({ outcome }) => outcome),
        ["Internal"],
      );
      const fault = lines.map((line) => JSON.parse(line)).find(({ level }) => level === 50);
      assert.equal(fault?.err.message, "a fault of ours");
    });
  });
}

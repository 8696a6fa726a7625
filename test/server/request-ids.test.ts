/** The id of a request, in and out, and its trace: over each protocol, either way, at the doors, in the log. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { pino } from "pino";
import { generateApiKey } from "../../src/server/callers/credentials.js";
import { createRequestIds } from "../../src/server/request-ids.js";
import { type RawClient, rawHttp1, rawHttp2 } from "../fuzz/raw-client.js";
import { type RunningServer, startTestServer } from "../support/server.js";
import { eventually } from "../support/worker-lines.js";
import { envelope } from "../transport/adapter/support.js";

const ID = "REQ_0.9-z";
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
const PATH = "/securetoken.v1.TokenService/";
/** The request of GenerateToken for "ada". */
const ADA = Buffer.from("0a03616461", "hex");
const TYPES: Record<string, { good: Buffer; bad: Buffer }> = {
  "application/grpc": { good: envelope(ADA), bad: envelope(Buffer.from("ffff", "hex")) },
  "application/grpc-web+proto": { good: envelope(ADA), bad: envelope(Buffer.from("ffff", "hex")) },
  "application/proto": { good: ADA, bad: Buffer.from("ffff", "hex") },
  "application/json": { good: Buffer.from('{"userId":"ada"}'), bad: Buffer.from("{") },
};

const lines: string[] = [];
const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });

/** The lines of the log, once there are some. */
async function logged(): Promise<Record<string, unknown>[]> {
  await eventually(async () => lines.length > 0);
  return lines.map((line) => JSON.parse(line));
}

for (const unaryAdapter of [true, false]) {
  describe(`x-request-id and traceparent, adapter ${unaryAdapter ? "on" : "off"}`, () => {
    let server: RunningServer;
    const clients: Record<string, RawClient> = {};
    before(async () => {
      server = await startTestServer({ logger, unaryAdapter });
      clients["HTTP/2"] = rawHttp2(server.url);
      clients["HTTP/1.1"] = rawHttp1(server.url);
    });
    after(async () => {
      for (const client of Object.values(clients)) client.close();
      await server.close();
    });
    beforeEach(() => {
      lines.length = 0;
    });

    for (const version of ["HTTP/2", "HTTP/1.1"]) {
      const send = (path: string, headers: Record<string, string>, body: Buffer) =>
        (clients[version] as RawClient).send({ method: "POST", path, headers, body });
      for (const [type, bodies] of Object.entries(TYPES)) {
        if (type === "application/grpc" && version === "HTTP/1.1") continue;
        for (const [kind, body] of Object.entries(bodies)) {
          const headers = { "content-type": type, ...(version === "HTTP/2" && { te: "trailers" }) };

          it(`keeps a client's id: ${version}, ${type}, ${kind} request`, async () => {
            const sent = { ...headers, "x-request-id": ID, traceparent: TRACEPARENT };
            const answer = await send(`${PATH}GenerateToken`, sent, body);
            assert.equal(answer.headers["x-request-id"], ID);
            const [line] = await logged();
            assert.deepEqual([line?.request_id, line?.trace_id], [ID, TRACE_ID]);
          });

          it(`makes an id: ${version}, ${type}, ${kind} request`, async () => {
            const answer = await send(`${PATH}GenerateToken`, headers, body);
            const id = answer.headers["x-request-id"];
            assert.match(String(id), /^[0-9a-f]{12}-[0-9a-z]+$/);
            const [line] = await logged();
            assert.equal(line?.request_id, id);
            assert.ok(!("trace_id" in (line ?? {})));
          });
        }
      }

      it(`names a batch once: ${version}`, async () => {
        const headers = { "content-type": "application/json", "x-request-id": ID };
        const body = Buffer.from('{"tokens":["a","b","c"]}');
        const answer = await send(`${PATH}BatchValidateTokens`, headers, body);
        assert.equal(answer.headers["x-request-id"], ID);
        assert.deepEqual(
          (await logged()).map(({ request_id, tokens }) => [request_id, tokens]),
          [[ID, 3]],
        );
      });

      it(`names requests at a door, and what is refused there: ${version}`, async () => {
        const token = await server.service.seal();
        for (const [text, status] of [
          [token, 200],
          ["none", 401],
        ] as const) {
          lines.length = 0;
          const authorization = `Bearer ${text}`;
          const sent = { authorization, "x-request-id": ID, traceparent: TRACEPARENT };
          const answer = await send("/authz", sent, Buffer.alloc(0));
          assert.deepEqual([answer.status, answer.headers["x-request-id"]], [status, ID]);
          const [line] = await logged();
          assert.deepEqual(
            [line?.rpc, line?.request_id, line?.trace_id],
            ["ForwardAuth", ID, TRACE_ID],
          );
        }
      });

      it(`names what is no call: ${version}`, async () => {
        const answer = await send("/nowhere", { "x-request-id": ID }, Buffer.alloc(0));
        assert.deepEqual([answer.status, answer.headers["x-request-id"]], [404, ID]);
      });

      if (version === "HTTP/2") {
        it("names a request whose expectation is not met", async () => {
          const headers = { "content-type": "application/json", "x-request-id": ID };
          const sent = { ...headers, expect: "a miracle" };
          const answer = await send(`${PATH}GenerateToken`, sent, Buffer.from("{}"));
          assert.deepEqual([answer.status, answer.headers["x-request-id"]], [417, ID]);
        });
      }

      it(`tells both in the line of an internal error: ${version}`, async () => {
        server.service.fault = new Error("of the inside");
        const headers = { "content-type": "application/json", "x-request-id": ID };
        const sent = { ...headers, traceparent: TRACEPARENT };
        await send(`${PATH}GenerateToken`, sent, Buffer.from('{"userId":"ada"}'));
        server.service.fault = undefined;
        const line = (await logged()).find(({ msg }) => msg === "internal error");
        assert.deepEqual([line?.request_id, line?.trace_id], [ID, TRACE_ID]);
      });
    }
  });
}

describe("ids from outside", () => {
  const nameRequest = createRequestIds();

  for (const id of ["a", "A-Z.a_z-0.9", "x".repeat(128)]) {
    it(`keeps ${id.slice(0, 20)}, ${id.length} characters`, () => {
      assert.equal(nameRequest({ "x-request-id": id }), id);
    });
  }

  for (const [what, id] of Object.entries({
    "an empty one": "",
    "a long one": "x".repeat(129),
    "one with a space": "a b",
    "two of them": "a, b",
    "one with a line break": "a\nb",
    "one with a quote": 'a"b',
    "one of other letters": "\u00e9",
    "an API key": generateApiKey(),
  })) {
    it(`replaces ${what}`, () => {
      assert.match(nameRequest({ "x-request-id": id }), /^[0-9a-f]{12}-[0-9a-z]+$/);
    });
  }

  it("makes no id twice, in another process neither", () => {
    const other = createRequestIds();
    const made = Array.from({ length: 100 }, () => [nameRequest({}), other({})]).flat();
    assert.equal(new Set(made).size, made.length);
  });
});

/** Details of HTTP and gRPC that proxies, probes and retrying clients go by. */
import assert from "node:assert/strict";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import { accepts } from "../../src/server/accept-encoding.js";
import { loadConsole } from "../../src/server/console-assets.js";
import { sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { type RunningServer, startTestServer } from "../support/server.js";

const CONFIG = "/securetoken.v1.TokenService/ExportConfig";

let server: RunningServer;
before(async () => {
  server = await startTestServer({ console: loadConsole() });
});
after(() => server.close());

/** The header fields of an answer over HTTP/2, trailers with them. */
async function answerTo(headers: Record<string, string>, body = Buffer.alloc(5)) {
  const session = connectHttp2(server.url);
  const stream = session.request({ ":method": "POST", ...headers });
  const all: IncomingHttpHeaders = {};
  stream.on("response", (got) => Object.assign(all, got));
  stream.on("trailers", (got) => Object.assign(all, got));
  stream.on("error", () => {});
  stream.resume();
  if (headers[":method"] === undefined) stream.end(body);
  await new Promise((resolve) => stream.on("close", resolve));
  session.destroy();
  return all;
}

describe("an answer", () => {
  it("to a gRPC call of a path that does not exist is UNIMPLEMENTED, with HTTP's 200", async () => {
    for (const type of [
      "application/grpc",
      "application/grpc+proto",
      "application/grpc+thrift",
      "application/grpc;charset=utf-8",
    ]) {
      const got = await answerTo({ ":path": "/no.such.Service/Call", "content-type": type });
      assert.equal(got[":status"], 200);
      assert.equal(got["grpc-status"], "12");
    }
    const web = await answerTo({ ":path": "/no.such.Service/Call", "content-type": "text/html" });
    assert.equal(web[":status"], 404);
  });

  it("of 405 names the methods that there are", async () => {
    for (const [path, methods, allowed] of [
      [CONFIG, ["PUT", "DELETE", "GET", "HEAD", "OPTIONS"], "POST"],
      ["/grpc.health.v1.Health/Watch", ["PUT", "GET"], "POST"],
      ["/", ["PUT", "POST", "OPTIONS"], "GET, HEAD"],
    ] as const) {
      for (const method of methods) {
        for (const send of [sendHttp1, sendHttp2]) {
          const { status, headers } = await send(server.url, { path, method });
          assert.deepEqual([status, headers.allow], [405, allowed], `${method} ${path}`);
        }
      }
    }
  });

  it("of 404, 405 and 415 says in words what was wrong", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    for (const [path, method, headers, words] of [
      [
        "/GenerateToken",
        "POST",
        form,
        /^nothing is at this path; a call is POST \/securetoken\.v1\./,
      ],
      [CONFIG, "GET", {}, /^the method must be POST\n$/],
      ["/", "POST", {}, /^the method must be GET, HEAD\n$/],
      [CONFIG, "POST", form, /^content-type must be application\/json or /],
      [CONFIG, "HEAD", {}, /^$/],
    ] as const) {
      for (const send of [sendHttp1, sendHttp2]) {
        const { body, headers: answered } = await send(server.url, { path, method, headers });
        assert.match(body.toString(), words);
        if (body.length > 0) assert.match(answered["content-type"] ?? "", /^text\/plain/);
      }
    }
  });

  it("to an encoding that there is not names identity", async () => {
    const type = { ":path": CONFIG, "content-type": "application/grpc" };
    const got = await answerTo({ ...type, "grpc-encoding": "gzip" });
    assert.equal(got["grpc-status"], "12");
    assert.equal(got["grpc-accept-encoding"], "identity");
    const told = decodeURIComponent(String(got["grpc-message"]));
    assert.match(told, /supported encodings are identity$/);
  });

  for (const [why, header, status] of [
    ["its encoding", "Content-Encoding: gzip", 501],
    ["what it expects", "Expect: a-second-answer", 417],
    ["a second host", "Host: example.com", 400],
  ] as const) {
    it(`to a chunked request that is refused for ${why} is the only one, though its rest is malformed`, async () => {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      const head = `POST ${CONFIG} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
      socket.write(`${head}Transfer-Encoding: chunked\r\n${header}\r\n\r\n1\r\n{\r\n`);
      let got = "";
      for await (const chunk of socket) {
        if (got === "") socket.write("no chunk\r\n");
        got += chunk;
      }
      assert.deepEqual(got.match(/^HTTP\/1\.1 \d+/gm), [`HTTP/1.1 ${status}`], got);
    });
  }
});

describe("Health/Watch", () => {
  const watch = (limitMs?: number) => {
    const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
    return client.watch({}, limitMs === undefined ? {} : { timeoutMs: limitMs });
  };

  it("ends with DEADLINE_EXCEEDED at its deadline", async () => {
    await assert.rejects(
      async () => {
        for await (const _ of watch(50));
      },
      (error) => ConnectError.from(error).code === Code.DeadlineExceeded,
    );
  });

  it("may be open sixteen times on a connection, and no more", async () => {
    const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
    const stops = Array.from({ length: 17 }, () => new AbortController());
    const held = stops.map(({ signal }) => client.watch({}, { signal })[Symbol.asyncIterator]());
    const outcomes = await Promise.all(
      held.map((stream) =>
        stream.next().then(
          () => "open",
          (error) => Code[ConnectError.from(error).code],
        ),
      ),
    );
    for (const stop of stops) stop.abort();
    assert.equal(outcomes.filter((outcome) => outcome === "open").length, 16);
    assert.equal(outcomes.filter((outcome) => outcome === "ResourceExhausted").length, 1);
  });
});

describe("Accept-Encoding", () => {
  it("is read by its names and weights", () => {
    for (const [header, encoding, expected] of [
      ["gzip, br", "br", true],
      ["br;q=0", "br", false],
      ["br ; q=0.000", "br", false],
      ["BR;Q=1", "br", true],
      ["gzip;q=0.5", "br", false],
      ["", "br", false],
    ] as const) {
      assert.equal(accepts(header, encoding), expected, header);
    }
  });
});

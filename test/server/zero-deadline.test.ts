/** A call whose client gives it no time is not made, whatever it speaks. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { rawHttp2 } from "../fuzz/raw-client.js";
import { fixedManager } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";
import { sendHttp1 } from "../support/raw-request.js";

const path = "/securetoken.v1.TokenService/ExportConfig";
/** A message of gRPC that holds nothing, in binary and in JSON. */
const BINARY = Buffer.alloc(5);
const JSON_MESSAGE = Buffer.from([0, 0, 0, 0, 2, 0x7b, 0x7d]);
const DEADLINE_EXCEEDED = { grpc: "4", connect: "deadline_exceeded" };

let server: ProductServer;
before(async () => {
  server = await startProductServer(await fixedManager());
});
after(() => server.close());

const GRPC = [
  ["application/grpc", BINARY],
  ["application/grpc+json", JSON_MESSAGE],
  ["application/grpc-web+proto", BINARY],
  ["application/grpc-web+json", JSON_MESSAGE],
] as const;
/** The second goes Connect's own way. */
const CONNECT = ["application/json", "application/json; charset=utf-8"];

describe("a deadline of no time is DEADLINE_EXCEEDED", () => {
  for (const [type, body] of GRPC) {
    for (const timeout of ["0S", "0m", "0n"]) {
      it(`over ${type}, HTTP/2, ${timeout}`, async () => {
        const client = rawHttp2(server.origin);
        const headers = { "content-type": type, "grpc-timeout": timeout, te: "trailers" };
        const answer = await client.send({ method: "POST", path, headers, body });
        client.close();
        const inBody = /grpc-status: ?(\d+)/.exec(answer.body.toString("latin1"))?.[1];
        const status = answer.trailers["grpc-status"] ?? answer.headers["grpc-status"] ?? inBody;
        assert.equal(status, DEADLINE_EXCEEDED.grpc);
      });
    }
  }

  it("over application/grpc-web+proto, HTTP/1.1", async () => {
    const headers = { "content-type": "application/grpc-web+proto", "grpc-timeout": "0S" };
    const answer = await sendHttp1(server.origin, { method: "POST", path, headers, body: BINARY });
    const inBody = /grpc-status: ?(\d+)/.exec(answer.body.toString("latin1"))?.[1];
    assert.equal(answer.headers["grpc-status"] ?? inBody, DEADLINE_EXCEEDED.grpc);
  });

  for (const type of CONNECT) {
    it(`over ${type}, HTTP/1.1 and HTTP/2`, async () => {
      const headers = { "content-type": type, "connect-timeout-ms": "0" };
      const client = rawHttp2(server.origin);
      for (const { body } of [
        await sendHttp1(server.origin, { method: "POST", path, headers, body: "{}" }),
        await client.send({ method: "POST", path, headers, body: Buffer.from("{}") }),
      ]) {
        assert.equal(JSON.parse(body.toString()).code, DEADLINE_EXCEEDED.connect);
      }
      client.close();
    });
  }
});

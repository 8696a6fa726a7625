/** No cache keeps what is said about tokens, over whichever protocol and however it ends. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { rawHttp2 } from "../fuzz/raw-client.js";
import { startTestServer } from "../support/server.js";
import { envelope } from "../transport/adapter/support.js";

const server = await startTestServer();
const client = rawHttp2(server.url);
after(async () => {
  client.close();
  await server.close();
});

const GOOD = Buffer.from("0a03616461", "hex");
const JUNK = Buffer.from("ffff", "hex");

describe("no-store", () => {
  for (const [type, bodies] of Object.entries({
    "application/grpc": { good: envelope(GOOD), junk: envelope(JUNK) },
    "application/grpc-web+proto": { good: envelope(GOOD), junk: envelope(JUNK) },
    "application/proto": { good: GOOD, junk: JUNK },
    "application/json": { good: Buffer.from('{"userId":"ada"}'), junk: Buffer.from("{") },
  })) {
    for (const [kind, body] of Object.entries(bodies)) {
      for (const rpc of ["GenerateToken", "ValidateToken", "CheckPermission"]) {
        it(`is on every answer of ${rpc}: ${type}, ${kind} request`, async () => {
          const path = `/securetoken.v1.TokenService/${rpc}`;
          const headers = { "content-type": type, te: "trailers" };
          const answer = await client.send({ method: "POST", path, headers, body });
          assert.equal(answer.headers["cache-control"], "no-store");
        });
      }
    }
  }
});

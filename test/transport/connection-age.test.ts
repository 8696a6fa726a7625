/** Connections of a certain age end, and no call with them. */
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, constants } from "node:http2";
import { Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { credentials } from "@grpc/grpc-js";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import { createSecureTokenClient } from "../../src/client/node.js";
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { ConnectionAge } from "../../src/transport/connection-age.js";
import { testKey } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";
import { startLoad } from "../support/steady-load.js";

const AGE_MS = 300;
const GENERATE = "/securetoken.v1.TokenService/GenerateToken";

let server: ProductServer;
before(async () => {
  const manager = new SecureTokenManager(createKeyset([await testKey("one")]));
  const limits = { maxConnectionAgeMs: AGE_MS };
  server = await startProductServer(manager, ANYONE, { limits });
});
after(() => server.close());

describe("an old connection", () => {
  it("over HTTP/2 is told to leave, and its calls under way are answered", async () => {
    const session = connect(server.origin);
    const call = session.request({
      ":method": "POST",
      ":path": GENERATE,
      "content-type": "application/json",
    });
    call.write('{"userId":');
    const [code] = await once(session, "goaway");
    assert.equal(code, constants.NGHTTP2_NO_ERROR);
    call.end('"old"}');
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk);
    assert.match(Buffer.concat(chunks).toString(), /"userId":"old"/);
    await once(session, "close");
  });

  it("over HTTP/1.1 ends with its next answer", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const young = await postHttp1(agent);
    assert.equal(young.connection, "keep-alive");
    await setTimeout(AGE_MS * 1.2);
    const old = await postHttp1(agent);
    assert.equal(old.status, 200);
    assert.equal(old.connection, "close");
    assert.equal(old.port, young.port);
    const next = await postHttp1(agent);
    assert.equal(next.connection, "keep-alive");
    assert.notEqual(next.port, young.port);
    agent.destroy();
  });

  it("fails no call of any client", async (t) => {
    let opened = 0;
    const count = () => {
      opened++;
    };
    const { host } = new URL(server.origin);
    const clients = {
      gRPC: createSecureTokenClient({ baseUrl: server.origin }),
      Connect: createSecureTokenClient({ baseUrl: server.origin, protocol: "connect" }),
      "HTTP/1.1": createSecureTokenClient({
        baseUrl: server.origin,
        protocol: "connect",
        httpVersion: "1.1",
      }),
      "grpc-js": createGrpcJsClient({ address: host, credentials: credentials.createInsecure() }),
    };
    subscribe("net.client.socket", count);
    const load = startLoad(clients, 200);
    await setTimeout(AGE_MS * 8);
    await load.stop();
    unsubscribe("net.client.socket", count);
    for (const client of Object.values(clients)) client.close();
    t.diagnostic(`${load.summary()}, ${opened} connections`);
    assert.deepEqual(load.failures, []);
    assert.ok(opened >= 3 * Object.keys(clients).length, `${opened} connections`);
  });
});

describe("a connection's lifetime", () => {
  it("is the maximum, less or more a tenth as chance has it", () => {
    const maxMs = 1e9;
    for (const [chance, tenths] of [
      [0, 9],
      [0.5, 10],
      [1, 11],
    ] as const) {
      const lifetime = new ConnectionAge(maxMs, () => chance).begin(new Socket());
      assert.equal(Math.round((lifetime - performance.now()) / (maxMs / 10)), tenths);
    }
  });

  it("is without end unless a maximum is set", () => {
    const age = new ConnectionAge(Number.POSITIVE_INFINITY, () => 0);
    assert.equal(age.begin(new Socket()), Number.POSITIVE_INFINITY);
  });
});

/** One call, with what tells about its connection. */
async function postHttp1(agent: Agent) {
  const headers = { "content-type": "application/json" };
  const call = request(server.origin + GENERATE, { method: "POST", agent, headers });
  call.end('{"userId":"one"}');
  const [answer] = await once(call, "response");
  const port = answer.socket.localPort as number;
  answer.resume();
  await once(answer, "end");
  // The agent takes the connection back, or sees it end, a moment later.
  await setTimeout(20);
  return { status: answer.statusCode, connection: answer.headers.connection, port };
}

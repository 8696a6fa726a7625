/** Connections of a certain age end, and no call with them. */
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, constants } from "node:http2";
import { Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { credentials } from "@grpc/grpc-js";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import { createSecureTokenClient } from "../../src/client/node.js";
import { createKeyset, SecureTokenManager } from "../../src/core/index.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { ConnectionAge } from "../../src/transport/connection-age.js";
import { testKey } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";
import { PATIENT, startLoad } from "../support/steady-load.js";
import { eventually } from "../support/worker-lines.js";

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
    let old = young;
    while (old.connection === "keep-alive") {
      old = await postHttp1(agent);
      assert.equal(old.port, young.port);
    }
    assert.equal(old.status, 200);
    assert.equal(old.connection, "close");
    assert.notEqual((await postHttp1(agent)).port, young.port);
    agent.destroy();
  });

  it("fails no call of any client", async (t) => {
    let opened = 0;
    const count = () => {
      opened++;
    };
    const { host } = new URL(server.origin);
    const options = { baseUrl: server.origin, ...PATIENT };
    const insecure = credentials.createInsecure();
    const clients = {
      gRPC: createSecureTokenClient(options),
      Connect: createSecureTokenClient({ ...options, protocol: "connect" }),
      "HTTP/1.1": createSecureTokenClient({ ...options, protocol: "connect", httpVersion: "1.1" }),
      "grpc-js": createGrpcJsClient({ address: host, credentials: insecure, ...PATIENT }),
    };
    subscribe("net.client.socket", count);
    const load = startLoad(clients, 200);
    await eventually(() => opened >= 8 * Object.keys(clients).length);
    await load.stop();
    unsubscribe("net.client.socket", count);
    for (const client of Object.values(clients)) client.close();
    t.diagnostic(`${load.summary()}, ${opened} connections`);
    assert.deepEqual(load.failures, []);
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
  const { socket, statusCode: status } = answer;
  const { connection } = answer.headers;
  const port = socket.localPort as number;
  const isKept = connection === "keep-alive";
  const done = isKept ? once(agent, "free") : once(socket, "close");
  answer.resume();
  await done;
  return { status, connection, port };
}

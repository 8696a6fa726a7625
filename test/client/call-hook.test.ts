/** A client's hook is told of each call, once, and decides nothing. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createTokenGuard } from "../../src/client/middleware/index.js";
import {
  createSecureTokenClient,
  type EndedCall,
  SecureTokenClient,
} from "../../src/client/node.js";
import { createPersistentTransport } from "../../src/client/persistent-transport.js";
import { createTokenServiceStandIn } from "../../src/testing/index.js";
import { serve } from "../support/http-server.js";
import { createTestService } from "../support/token-service.js";

describe("the hook of calls", () => {
  it("is told method, code and time, of refusals and of the generated client too", async () => {
    const server = await serve(await createTestService(), "2");
    const told: EndedCall[] = [];
    const client = createSecureTokenClient({
      baseUrl: server.baseUrl,
      onCall: (call) => void told.push(call),
    });
    const { token } = await client.generateToken("ada");
    await assert.rejects(client.checkPermission(token, "write"));
    await assert.rejects(client.validateToken("no token"));
    await client.raw.exportConfig({});
    client.close();
    await server.close();
    assert.deepEqual(
      told.map(({ method, code }) => `${method} ${code}`),
      [
        "GenerateToken OK",
        "CheckPermission PERMISSION_DENIED",
        "ValidateToken UNAUTHENTICATED",
        "ExportConfig OK",
      ],
    );
    assert.ok(told.every(({ seconds }) => seconds > 0));
    assert.ok(!JSON.stringify(told).includes(token), "the hook is told a token");
  });

  it("counts a call once, however often it was sent, and names the code that the program sees", async () => {
    const faults = [new ConnectError("lost", Code.Unavailable)];
    const told: string[] = [];
    const transport: Transport = {
      async unary() {
        throw faults.shift() ?? new ConnectError("the time is up", Code.DeadlineExceeded);
      },
      stream: () => assert.fail("no stream"),
    };
    const client = new SecureTokenClient(createPersistentTransport([{ transport }]), {
      defaultTimeoutMs: 2000,
      onCall: ({ method, code }) => void told.push(`${method} ${code}`),
    });
    await assert.rejects(client.exportConfig());
    assert.deepEqual(told, ["ExportConfig UNAVAILABLE"]);
  });

  it("changes nothing when it throws or rejects", async () => {
    const server = await serve(await createTestService(), "2");
    const fail = () => {
      throw new Error("the hook's own");
    };
    for (const onCall of [fail, async () => fail()]) {
      const client = createSecureTokenClient({ baseUrl: server.baseUrl, onCall });
      assert.equal((await client.exportConfig()).version, "1.0");
      client.close();
    }
    await server.close();
    assert.throws(
      () => createSecureTokenClient({ baseUrl: "localhost:1", onCall: "x" as never }),
      /onCall must be a function/,
    );
  });

  it("of a cache is told of each hit", async () => {
    const stand = await createTokenServiceStandIn();
    let hits = 0;
    const onHit = () => {
      hits++;
      throw new Error("the hook's own");
    };
    const guard = createTokenGuard(stand.client, { cache: { ttlMs: 1000, maxEntries: 2, onHit } });
    const token = stand.issue("ada");
    for (let i = 0; i < 3; i++) {
      assert.equal((await guard.admitToken(token, "anyValidToken")).refusal, undefined);
    }
    assert.equal(hits, 2);
    assert.deepEqual(stand.calls, ["ValidateToken"]);
    await stand.close();
  });
});

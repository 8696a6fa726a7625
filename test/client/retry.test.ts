/** The retries of the clients whose transports have no policy of their own. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { retryUnavailable } from "../../src/client/retry.js";
import { SecureTokenClient } from "../../src/client/token-client.js";

/** A client whose calls fail so often before they succeed, and how many calls came. */
function failing(times: number, code = Code.Unavailable) {
  let calls = 0;
  const answer = <T>(value: T) => {
    if (++calls <= times) throw new ConnectError("told by the test", code);
    return value;
  };
  const transport = createRouterTransport(
    ({ service }) =>
      service(TokenService, {
        checkPermission: () => answer({ granted: true }),
        refreshToken: () => answer({}),
      }),
    { transport: { interceptors: [retryUnavailable] } },
  );
  return { client: new SecureTokenClient(transport), calls: () => calls };
}

describe("retryUnavailable", () => {
  it("tries three times", async () => {
    const { client, calls } = failing(2);
    assert.equal(await client.checkPermission("token", "read"), true);
    assert.equal(calls(), 3);
  });

  it("gives up after the third", async () => {
    const { client, calls } = failing(3);
    await assert.rejects(client.checkPermission("token", "read"), { code: Code.Unavailable });
    assert.equal(calls(), 3);
  });

  for (const code of [Code.Internal, Code.ResourceExhausted, Code.Unknown]) {
    it(`does not try ${Code[code]} again`, async () => {
      const { client, calls } = failing(1, code);
      await assert.rejects(client.checkPermission("token", "read"), { code });
      assert.equal(calls(), 1);
    });
  }

  it("does not try RefreshToken again", async () => {
    const { client, calls } = failing(1);
    await assert.rejects(client.refreshToken("token"), { code: Code.Unavailable });
    assert.equal(calls(), 1);
  });

  it("waits no longer than the deadline", async () => {
    const { client } = failing(3);
    const start = performance.now();
    const call = client.checkPermission("token", "read", { timeoutMs: 20 });
    await assert.rejects(call, { code: Code.DeadlineExceeded });
    assert.ok(performance.now() - start < 100);
  });

  it("stops when the caller's signal fires", async () => {
    const { client } = failing(3);
    const signal = AbortSignal.timeout(20);
    await assert.rejects(client.checkPermission("token", "read", { signal }), ConnectError);
  });
});

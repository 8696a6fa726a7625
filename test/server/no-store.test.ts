/** The mark that every RPC's answer carries whichever adapter sends it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { noStore } from "../../src/server/no-store.js";
import { createTestService } from "../support/token-service.js";

describe("no-store", () => {
  const open = async () => {
    const { routes, interceptors } = await createTestService();
    const router = { interceptors: [noStore, ...interceptors] };
    return createClient(TokenService, createRouterTransport(routes, { router }));
  };

  it("marks answers", async () => {
    let header = new Headers();
    const client = await open();
    await client.generateToken(
      { userId: "ada" },
      {
        onHeader: (received) => {
          header = received;
        },
      },
    );
    assert.equal(header.get("cache-control"), "no-store");
  });

  it("marks errors", async () => {
    const client = await open();
    const error = await client.validateToken({ token: "x" }).catch((error: unknown) => error);
    assert.ok(error instanceof ConnectError && error.code === Code.Unauthenticated);
    assert.equal(error.metadata.get("cache-control"), "no-store");
  });
});

/** The library and the clients share their exceptions and values: `instanceof` holds across them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import * as client from "../../src/client/node.js";
import * as library from "../../src/core/index.js";
import { fixedManager } from "../support/fixed-manager.js";
import { startTestServer } from "../support/server.js";

describe("one class", () => {
  const pairs: [unknown, unknown][] = [
    [client.TokenError, library.TokenError],
    [client.TokenExpiredError, library.TokenExpiredError],
    [client.InvalidTokenError, library.InvalidTokenError],
    [client.PermissionDeniedError, library.PermissionDeniedError],
    [client.Instant, library.Instant],
    [client.Duration, library.Duration],
  ];
  for (const [ofClient, ofLibrary] of pairs) {
    it(`${(ofClient as { name: string }).name} is the same in the library and in the client`, () => {
      assert.equal(ofClient, ofLibrary);
    });
  }

  it("catches the library's error as the client's, with the code of the RPC", async () => {
    const manager = await fixedManager();
    const { token } = manager.generateToken("ada", { permissions: ["read"] });
    const rows: [() => unknown, abstract new (...args: never[]) => client.TokenError, number][] = [
      [() => manager.validateToken("no token"), client.InvalidTokenError, 16],
      [() => manager.checkPermission(token, "write"), client.PermissionDeniedError, 7],
      [() => manager.generateToken(""), client.TokenError, 3],
    ];
    for (const [call, kind, code] of rows) {
      assert.throws(call, (error) => error instanceof kind && error.code === code);
    }
  });

  it("prints an error in a few lines, with its facts and without the RPC error behind it", () => {
    const cause = new ConnectError("secret detail of the transport");
    const facts = { reason: "TOKEN_MALFORMED", field: "token", cause };
    const text = inspect(new client.InvalidTokenError("Token format is invalid", facts));
    assert.match(text, /^InvalidTokenError: Token format is invalid/);
    assert.match(text, /"reason":"TOKEN_MALFORMED","field":"token"\}$/);
    assert.doesNotMatch(text, /secret detail/);
    assert.ok(text.split("\n").length <= 12);
  });

  it("prints no bytes of an error that nobody catches, which Node does without asking the error", async () => {
    const server = await startTestServer();
    const caller = client.createSecureTokenClient({ baseUrl: server.url });
    try {
      const error = await caller.validateToken("no token").catch((reason: unknown) => reason);
      assert.ok(error instanceof client.InvalidTokenError && error.cause instanceof ConnectError);
      assert.equal(error.cause.findDetails(ErrorInfoSchema).length, 1);
      const refused = new client.CallerRefusedError(error.cause, create(ErrorInfoSchema, {}));
      assert.equal(refused.findDetails(ErrorInfoSchema).length, 1);
      for (const uncaught of [error, refused]) {
        assert.doesNotMatch(inspect(uncaught, { customInspect: false }), /Uint8Array/);
      }
    } finally {
      caller.close();
      await server.close();
    }
  });

  it("prints an error of a call by its own name, without its headers", () => {
    const from = new ConnectError("no such caller", Code.Unauthenticated, { "x-request-id": "7" });
    const info = create(ErrorInfoSchema, {
      reason: "CALLER_ERROR_REASON_UNKNOWN_CALLER",
      metadata: { field: "authorization" },
    });
    const rows: [unknown, string, string][] = [
      [
        new client.CallerRefusedError(from, info),
        "CallerRefusedError",
        '{"reason":"UNKNOWN_CALLER","field":"authorization"}',
      ],
      [new client.RateExceededError(from, 250), "RateExceededError", '{"retryAfterMs":250}'],
      [
        new client.ServiceUnavailableError(from, "UNKNOWN_AUTHORITY"),
        "ServiceUnavailableError",
        '{"fault":"UNKNOWN_AUTHORITY"}',
      ],
    ];
    for (const [error, name, facts] of rows) {
      const text = inspect(error);
      assert.ok(text.startsWith(`${name}: [`), text);
      assert.ok(text.endsWith(facts), text);
      assert.doesNotMatch(text, /x-request-id/);
      assert.ok(text.split("\n").length <= 12, text);
      assert.ok(String(error).startsWith(`${name}: [`));
      assert.ok(error instanceof ConnectError, "Connect knows it no more");
    }
  });
});

/** A misspelt option is an error wherever the package takes options: a default in its place would be silent. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import { createGrpcJsInterceptor } from "../../src/client/middleware/grpc-js-interceptor.js";
import * as guards from "../../src/client/middleware/index.js";
import { createSecureTokenClient } from "../../src/client/node.js";
import { createSecureTokenClient as createWebClient } from "../../src/client/web.js";
import { SecureTokenManager } from "../../src/core/index.js";
import { fixedManager } from "../support/fixed-manager.js";

const ADDRESS = "http://127.0.0.1:1";
const client = createSecureTokenClient({ baseUrl: ADDRESS });
const guard = guards.createTokenGuard(client);
const manager = await fixedManager();
/** As a program without types gives it. */
const wrong = (options: object) => options as never;

const MISSPELT: [name: string, option: string, call: () => unknown][] = [
  [
    "the settings of a manager",
    "iterations",
    () => SecureTokenManager.create(wrong({ iterations: 100_000 })),
  ],
  [
    "a manager",
    "now",
    () => SecureTokenManager.create({ pbkdf2Iterations: 100_000 }, wrong({ now: Date.now })),
  ],
  [
    "generateToken of the library",
    "expiresIn",
    () => manager.generateToken("ada", wrong({ expiresIn: "1h" })),
  ],
  [
    "validateToken of the library",
    "audiences",
    () => manager.validateToken("token", wrong({ audiences: ["notes"] })),
  ],
  [
    "the audience of a guard",
    "audiences",
    () => guards.createTokenGuard(client, wrong({ audiences: ["notes"] })),
  ],
  [
    "refreshToken of the library",
    "expiresInHours",
    () => manager.refreshToken(manager.generateToken("ada").token, wrong({ expiresInHours: 1 })),
  ],
  [
    "the Node client",
    "timeout",
    () => createSecureTokenClient(wrong({ baseUrl: ADDRESS, timeout: 1 })),
  ],
  ["the web client", "timeout", () => createWebClient(wrong({ baseUrl: ADDRESS, timeout: 1 }))],
  ["the grpc-js client", "baseUrl", () => createGrpcJsClient(wrong({ baseUrl: ADDRESS }))],
  [
    "generateToken of a client",
    "expiresIn",
    () => client.generateToken("ada", wrong({ expiresIn: "1h" })),
  ],
  ["a call", "timeout", () => client.validateToken("token", wrong({ timeout: 1 }))],
  ["a guard", "onfault", () => guards.createTokenGuard(client, wrong({ onfault: () => {} }))],
  [
    "a guard's cache",
    "ttl",
    () => guards.createTokenGuard(client, { cache: wrong({ ttl: 1, ttlMs: 1, maxEntries: 1 }) }),
  ],
  [
    "a watched verifier",
    "maxStaleness",
    () => new guards.WatchedVerifier(client, wrong({ maxStaleness: 5 })),
  ],
  [
    "Express",
    "onrefusal",
    () => guards.createExpressMiddleware(guard, ["read"], wrong({ onrefusal: () => {} })),
  ],
  [
    "Fastify",
    "onrefusal",
    () => guards.createFastifyHook(guard, { "GET /": ["read"] }, wrong({ onrefusal: () => {} })),
  ],
  [
    "Connect",
    "service",
    () => guards.createConnectInterceptor(guard, { "/a.B/": ["read"] }, wrong({ service: [] })),
  ],
  [
    "grpc-js",
    "service",
    () => createGrpcJsInterceptor(guard, { "/a.B/": ["read"] }, wrong({ service: [] })),
  ],
];

const MISSING: [name: string, call: () => unknown, message: RegExp][] = [
  [
    "no options of a client",
    () => createSecureTokenClient(undefined as never),
    /takes options as an object: \{ baseUrl,/,
  ],
  [
    "a list in the place of options",
    () => manager.generateToken("ada", wrong(["read"])),
    /takes options as an object: \{ permissions,/,
  ],
  [
    "an unknown protocol",
    () => createSecureTokenClient({ baseUrl: ADDRESS, protocol: "http" as never }),
    /protocol must be one of "grpc"/,
  ],
  [
    "gRPC in a browser",
    () => createWebClient({ baseUrl: ADDRESS, protocol: "grpc" as never }),
    /protocol must be one of "connect", "grpc-web"/,
  ],
  [
    "a client in the place of a guard",
    () => guards.createExpressMiddleware(client as never, ["read"]),
    /createExpressMiddleware needs a guard/,
  ],
  [
    "no rules for Fastify",
    () => guards.createFastifyHook(guard, undefined as never),
    /a policy is an object of rules/,
  ],
  [
    "no rules for Connect",
    () => guards.createConnectInterceptor(guard, undefined as never),
    /a policy is an object of rules/,
  ],
];

describe("options", () => {
  for (const [name, option, call] of MISSPELT) {
    it(`refuses ${option} of ${name} by name`, async () => {
      await assert.rejects(
        async () => call(),
        (error: Error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, new RegExp(`has no option "${option}"; it has `));
          return true;
        },
      );
    });
  }

  for (const [name, call, message] of MISSING) {
    it(`says what is wanted instead of ${name}`, () => {
      assert.throws(call, (error) => error instanceof TypeError && message.test(error.message));
    });
  }
});

/** For which HOST and TRUSTED_PROXIES a server takes its own machine for a proxy. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { awaitsHeaderHere } from "../../src/server/local-proxy.js";
import { parseProxies } from "../../src/server/trusted-proxies.js";

describe("a server with PROXY_PROTOCOL", () => {
  for (const [host, proxies, expected] of [
    ["127.0.0.1", "loopback", true],
    ["127.0.0.9", "127.0.0.1", true],
    ["0.0.0.0", "127.0.0.1", true],
    ["0.0.0.0", "::1,10.0.0.0/8", false],
    ["::", "::1", true],
    ["::1", "127.0.0.1", false],
    ["localhost", "::1", true],
    ["10.0.0.5", "10.0.0.0/8", true],
    ["10.0.0.5", "loopback", false],
    ["tokens.example.com", "loopback", false],
  ] as const) {
    it(`on ${host} ${expected ? "awaits" : "does not await"} a header from here, of ${proxies}`, () => {
      const trustedProxies = parseProxies(proxies);
      const address = { host, port: 0, trustedProxies };
      assert.equal(awaitsHeaderHere({ ...address, proxyHeaders: true }), expected);
      assert.equal(awaitsHeaderHere({ ...address, proxyHeaders: false }), false);
    });
  }
});

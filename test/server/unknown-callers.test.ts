/** What the server says to callers that it does not know. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { fixedManager } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";

const MISSING =
  "the call has no credential: neither an API key nor the certificate of a known caller";
const MISSPELT = 'the authorization header of the call must be "Bearer" and a credential';
const UNKNOWN = "the credential of the call is not known";

describe("a caller that is not known", () => {
  let server: Awaited<ReturnType<typeof startProductServer>>;
  const key = generateApiKey();

  before(async () => {
    const rpcs = new Set(["ExportConfig"]);
    const row = { name: "app", rpcs, apiKeys: [digestApiKey(key)], certificateNames: [] };
    server = await startProductServer(await fixedManager(), new KnownCallers([row], () => false));
  });
  after(() => server.close());

  const cases: [what: string, header: Record<string, string>, message: string][] = [
    ["sends no credential", {}, MISSING],
    ["sends another scheme", { authorization: `Basic ${key}` }, MISSPELT],
    ["forgets the scheme", { authorization: key }, MISSPELT],
    ["sends nothing after the scheme", { authorization: "Bearer" }, MISSPELT],
    ["sends a key that nobody has", { authorization: `Bearer ${generateApiKey()}` }, UNKNOWN],
    ["sends what is no key", { authorization: "Bearer hello" }, UNKNOWN],
  ];
  for (const [what, header, message] of cases) {
    it(`that ${what} learns so`, async () => {
      const response = await fetch(`${server.origin}/securetoken.v1.TokenService/ExportConfig`, {
        method: "POST",
        headers: { "content-type": "application/json", ...header },
        body: "{}",
      });
      assert.equal(response.status, 401);
      const told = (await response.json()) as { message: string };
      assert.equal(told.message, message);
      assert.ok(!JSON.stringify(told).includes(key));
    });
  }
});

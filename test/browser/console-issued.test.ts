/** What the console keeps of its own: the tokens that it issued, and the key that it calls with. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { digestApiKey } from "../../src/server/callers/credentials.js";
import { loadConsole } from "../../src/server/console-assets.js";
import { VERSION } from "../../src/server/version.js";
import { launchChromium } from "../support/chromium.js";
import { openConsole } from "../support/console-page.js";
import { type RunningServer, startTestServer } from "../support/server.js";

const FULL_KEY = `stk_${"a".repeat(43)}`;
const ISSUER_KEY = `stk_${"b".repeat(43)}`;

describe("console, what it keeps", () => {
  let browser: Browser;
  let server: RunningServer;
  before(async () => {
    server = await startTestServer({ console: loadConsole() });
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    await server.close();
  });

  it("lists the tokens that it issued, opens an older one, and forgets them", async () => {
    const { page, generate, waitForState, problems } = await openConsole(browser, server.url);
    const list = page.getByRole("list", { name: "Tokens issued by this page" });
    const first = await generate();
    await waitForState("ACTIVE");
    const second = await generate();
    assert.equal(await list.getByRole("listitem").count(), 2);
    const { tokenId } = server.service.manager.validateToken(first);
    await page.getByRole("button", { name: `Open ${tokenId}` }).click();
    const token = page.getByLabel("Token", { exact: true });
    assert.equal(await token.inputValue(), first);
    assert.ok(!(await list.innerText()).includes(second));
    await page.getByRole("button", { name: "Refresh token" }).click();
    await list.getByRole("listitem").nth(2).waitFor();
    await page.getByRole("button", { name: "Forget all" }).click();
    await list.waitFor({ state: "detached" });
    assert.deepEqual(problems(), []);
  });

  it("shows the claims as JSON, by the service's names", async () => {
    const { page, card, generate, waitForState } = await openConsole(browser, server.url);
    const token = await generate();
    await waitForState("ACTIVE");
    await page.getByText("Claims as JSON", { exact: true }).click();
    const text = await card("Inspect").locator(".claims-json .json").innerText();
    const claims = server.service.manager.validateToken(token);
    assert.deepEqual(JSON.parse(text), {
      tokenId: claims.tokenId,
      userId: "user_123",
      permissions: ["read", "write"],
      issuedAt: String(claims.issuedAt),
      expiresAt: String(claims.expiresAt),
      additionalData: { department: "Engineering" },
      sessionId: claims.sessionId,
      keyId: claims.keyId,
    });
  });

  it("asks the server about no token where there is none", async () => {
    const { page, card } = await openConsole(browser, server.url);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    for (const [title, button] of [
      ["Check", "Check permissions"],
      ["Refresh", "Refresh token"],
      ["Revoke", "Revoke"],
    ] as const) {
      await page.getByRole("button", { name: button, exact: true }).click();
      await card(title).getByText("Paste a token first").waitFor();
    }
    assert.deepEqual(
      asked.filter((path) => /TokenService\/(?!ExportConfig)/.test(path)),
      [],
    );
  });

  it("tells the version, and an accepted key from a refused one, and forgets the key", async () => {
    const guarded = await startTestServer({ console: loadConsole(), callers: twoCallers() });
    try {
      const { page } = await openConsole(browser, guarded.url);
      await page.getByText(`version ${VERSION}`).waitFor();
      const use = async (key: string) => {
        await page.getByLabel("API key of this caller").fill(key);
        await page.getByRole("button", { name: "Use key" }).click();
      };
      await use(`stk_${"c".repeat(43)}`);
      await page.getByText("The server refused this API key").waitFor();
      await use(FULL_KEY);
      await page.getByText("The server accepts this key.", { exact: true }).waitFor();
      await use(ISSUER_KEY);
      await page.getByText("accepts this key, which may not read the configuration").waitFor();
      await page.getByText("default 24 h").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Forget key" }).click();
      await page.getByText("This server wants an API key").waitFor();
      assert.equal(await page.getByLabel("API key of this caller").inputValue(), "");
    } finally {
      await guarded.close();
    }
  });
});

/** One caller of every RPC, and one that may issue alone. */
function twoCallers(): KnownCallers {
  const row = (name: string, key: string, rpcs: readonly string[]) => ({
    name,
    apiKeys: [digestApiKey(key)],
    certificateNames: [],
    rpcs: new Set(rpcs),
    grants: { permissions: ["*"], userId: "*", maxExpiresHours: 24 },
  });
  const everything = TokenService.methods.map((method) => method.name);
  const rows = [row("full", FULL_KEY, everything), row("issuer", ISSUER_KEY, ["GenerateToken"])];
  return new KnownCallers(rows, () => false);
}

/** What the console keeps of its own: the tokens that it issued, and the key that it calls with. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { digestApiKey } from "../../src/server/callers/credentials.js";
import { loadConsole } from "../../src/server/console-assets.js";
import { VERSION } from "../../src/server/version.js";
import { openConsole } from "../support/console-page.js";
import { type RunningServer, startTestServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

const FULL_KEY = `stk_${"a".repeat(43)}`;
const ISSUER_KEY = `stk_${"b".repeat(43)}`;

describe("console, what it keeps", () => {
  let browser: Browser;
  let server: RunningServer;
  let end: () => Promise<void>;
  before(async () => {
    ({ browser, server, end } = await startConsole());
  });
  after(() => end());

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

  it("says so where the server knows no callers, whatever the key", async () => {
    const { page } = await openConsole(browser, server.url);
    await page.getByRole("button", { name: "API key" }).click();
    await page.getByText("This server knows no callers: anyone may call everything.").waitFor();
  });

  it("tells the version, whose key it is or why it is refused, and forgets the key", async () => {
    const guarded = await startTestServer({ console: loadConsole(), callers: twoCallers() });
    try {
      const { page } = await openConsole(browser, guarded.url);
      await page.getByText(`version ${VERSION}`).waitFor();
      const use = async (key: string) => {
        await page.getByLabel("API key of this caller").fill(key);
        await page.getByRole("button", { name: "Use key" }).click();
      };
      await use(`stk_${"c".repeat(43)}`);
      await page.getByText("refused this API key: the credential of the call is not").waitFor();
      await use(FULL_KEY);
      await page.getByText("knows this caller as “full”. It may call GenerateToken, Val").waitFor();
      await use(ISSUER_KEY);
      await page.getByText("caller as “issuer”. It may call GenerateToken.").waitFor();
      await use(guarded.service.manager.generateToken("ada").token);
      await page.getByText("it entitles to calls on that token alone").waitFor();
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
  return new KnownCallers(rows, (text) => !text.startsWith("stk_"));
}

/** Revoking in the console, and what it shows of revocations by others. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { pino } from "pino";
import type { Browser } from "playwright-core";
import { createSecureTokenClient } from "../../src/client/node.js";
import { SecureTokenManager } from "../../src/core/index.js";
import { createKeyset } from "../../src/core/keyset.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import { ANYONE } from "../../src/server/callers/callers.js";
import { loadConsole } from "../../src/server/console-assets.js";
import { createServer } from "../../src/server/server.js";
import { ROOT } from "../support/buf.js";
import { launchChromium } from "../support/chromium.js";
import { type ConsolePage, openConsole } from "../support/console-page.js";
import { movableClock, testKey } from "../support/fixed-manager.js";
import { keepReports } from "../support/reports.js";

const run = promisify(execFile);
const PATH = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);

describe("console revocation", () => {
  let browser: Browser;
  let url: string;
  let close: () => Promise<unknown>;
  let view: ConsolePage;
  before(async () => {
    const clock = movableClock();
    const reporter = keepReports();
    const register = await RevocationAuthority.open({ clock, feedId: "feed", reporter });
    const keyset = createKeyset([await testKey("one")]);
    const manager = new SecureTokenManager(keyset, { clock, revocations: register });
    const logger = pino({ level: "silent" });
    const console = loadConsole();
    const server = createServer({ manager, register, logger, callers: ANYONE, console });
    const { port } = await server.listen(0, "127.0.0.1");
    url = `http://127.0.0.1:${port}`;
    close = async () => {
      await server.close(0);
      await register.close();
    };
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    await close();
  });
  const open = async () => {
    view = await openConsole(browser, url);
    return view;
  };
  afterEach(async () => {
    assert.deepEqual(view.problems(), []);
    await view.page.context().close();
  });

  for (const [scope, entry] of [
    ["This token", /^token /],
    ["Its session", /^session /],
    ["All tokens of its user", /^user, SHA-256 /],
  ] as const) {
    it(`revokes, shows REVOKED and lists it: ${scope}`, async () => {
      const { card, page, generate, waitForState } = await open();
      await page.getByLabel("User", { exact: true }).fill(`ada, ${scope}`);
      await generate();
      await waitForState("ACTIVE");
      const revoke = card("Revoke");
      await revoke.getByLabel(scope, { exact: true }).check();
      await revoke.getByLabel("Reason").fill("lost laptop");
      await revoke.getByRole("button", { name: "Revoke", exact: true }).click();
      await waitForState("REVOKED");
      await revoke.getByRole("button", { name: "Recent revocations" }).click();
      const newest = revoke.getByRole("listitem").first();
      assert.match(await newest.locator(".result-name").innerText(), entry);
      assert.match(await newest.innerText(), /lost laptop/);
    });
  }

  for (const [scope, language] of [
    ["This token", "curl"],
    ["Its session", "buf curl"],
    ["All tokens of its user", "curl"],
  ] as const) {
    it(`has lines that do the same: ${scope}`, async () => {
      const { card, page, generate, waitForState } = await open();
      await page.getByLabel("User", { exact: true }).fill(`it's ${scope}`);
      const token = await generate();
      await waitForState("ACTIVE");
      const revoke = card("Revoke");
      await revoke.getByLabel(scope, { exact: true }).check();
      await revoke.getByLabel("Reason").fill("it's lost!");
      await revoke.getByLabel(language, { exact: true }).check();
      const lines = await revoke.locator(".snippet-code").innerText();
      assert.ok(!lines.includes(token));
      const { stdout } = await run("sh", ["-c", lines], { env: { PATH, TOKEN: token } });
      assert.match(stdout, /REVOCATION_OUTCOME_REVOKED/);
      await waitForState("REVOKED");
    });
  }

  it("shows REVOKED when somebody else revokes the token", async () => {
    const { generate, waitForState, page } = await open();
    const watching = page.waitForResponse(/WatchRevocations/);
    await page.getByLabel("User", { exact: true }).fill("eve");
    const token = await generate();
    await waitForState("ACTIVE");
    await watching;
    const client = createSecureTokenClient({ baseUrl: url });
    assert.equal(await client.revokeToken(token), "REVOKED");
    client.close();
    await waitForState("REVOKED");
  });

  it("asks for the feed again after a server that had no room for it", async () => {
    const { generate, waitForState, page } = await open();
    const end = Buffer.from(JSON.stringify({ error: { code: "resource_exhausted" } }));
    const frame = Buffer.from([2, 0, 0, 0, end.length, ...end]);
    const contentType = "application/connect+json";
    await page.route(
      "**/WatchRevocations",
      (route) => route.fulfill({ contentType, body: frame }),
      {
        times: 1,
      },
    );
    let answers = 0;
    const watching = page.waitForResponse(
      (response) => response.url().includes("WatchRevocations") && ++answers === 2,
    );
    await page.getByLabel("User", { exact: true }).fill("mallory");
    const token = await generate();
    await waitForState("ACTIVE");
    await watching;
    const client = createSecureTokenClient({ baseUrl: url });
    assert.equal(await client.revokeToken(token), "REVOKED");
    client.close();
    await waitForState("REVOKED");
  });

  it("says that a token is wanted first", async () => {
    const { card } = await open();
    await card("Revoke").getByRole("button", { name: "Revoke", exact: true }).click();
    await card("Revoke").getByText("Paste a token first").waitFor();
  });

  it("names what it takes off a pasted token, and offers Copy beside a new one", async () => {
    const { card, generate, paste, page, waitForState } = await open();
    await page.getByLabel("User", { exact: true }).fill("grace");
    const token = await generate();
    await card("Generate").getByRole("button", { name: "Copy the new token" }).waitFor();
    await paste(`"Bearer ${token}"`);
    await waitForState("ACTIVE");
    assert.equal(await page.getByLabel("Token", { exact: true }).inputValue(), token);
    await card("Inspect").getByText("Taken off: quotes, “Bearer”.").waitFor();
  });
});

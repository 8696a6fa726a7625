/** Every action of the console, in a real browser, against the real server. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { type ConsolePage, openConsole, readFacts } from "../support/console-page.js";
import type { RunningServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

describe("console", () => {
  let browser: Browser;
  let server: RunningServer;
  let view: ConsolePage;
  let end: () => Promise<void>;
  before(async () => {
    ({ browser, server, end } = await startConsole());
  });
  after(() => end());
  const open = async () => {
    view = await openConsole(browser, server.url);
    return view;
  };
  afterEach(async () => {
    assert.deepEqual(view.problems(), []);
    await view.page.context().close();
  });

  it("says which server it is", async () => {
    const { page } = await open();
    const { keyId } = server.service.manager.exportConfig().keys[0]!;
    await page.getByText(`key ${keyId}`).waitFor();
    await page.getByText("default 24 h").waitFor();
    await page.getByText(new URL(server.url).host, { exact: true }).waitFor();
  });

  it("generates a token from what is typed", async () => {
    const { page, card, generate } = await open();
    const form = card("Generate");
    await form.getByLabel("User", { exact: true }).fill("Ada Łovelace 🦉");
    await form.getByRole("button", { name: "Remove write" }).click();
    await form.getByLabel("Permissions", { exact: true }).fill("reports: read");
    await page.keyboard.press("Enter");
    await form.getByLabel("Lifetime", { exact: true }).fill("1.5");
    await form.getByLabel("Unit of lifetime").selectOption("days");
    await form.getByLabel("Additional data").fill('{"team": {"name": "blue"}, "n": [1, null]}');
    const claims = server.service.manager.validateToken(await generate());
    await form.getByText(`Issued, and opened under Inspect: ${claims.tokenId}`).waitFor();
    assert.equal(claims.userId, "Ada Łovelace 🦉");
    assert.deepEqual(claims.permissions, ["read", "reports: read"]);
    assert.equal(claims.expiresAt.seconds - claims.issuedAt.seconds, 36 * 3600);
    assert.deepEqual(claims.additionalData, { team: { name: "blue" }, n: [1, null] });
  });

  it("reads permissions between commas one by one, as the command does", async () => {
    const { card } = await open();
    const input = card("Generate").getByLabel("Permissions", { exact: true });
    const chips = card("Generate").getByRole("list", { name: "Permissions so far" });
    await input.fill("a1, b2,read,,");
    await input.press("Enter");
    await input.pressSequentially("c3,");
    await chips.getByRole("listitem").nth(4).waitFor();
    const texts = await chips.getByRole("listitem").allInnerTexts();
    assert.deepEqual(
      texts.map((text) => text.split("\n")[0]),
      ["read", "write", "a1", "b2", "c3"],
    );
    await input.fill("good,x");
    await card("Generate").getByText("Permission length must be between 2 and 30").waitFor();
  });

  it("adds and removes permissions by keyboard, each once", async () => {
    const { page, card } = await open();
    const input = card("Generate").getByLabel("Permissions", { exact: true });
    const chips = card("Generate").getByRole("list", { name: "Permissions so far" });
    for (const text of ["admin", "admin", "read"]) {
      await input.fill(text);
      await input.press("Enter");
    }
    assert.deepEqual(await chips.getByRole("listitem").allInnerTexts(), [
      "read\n×",
      "write\n×",
      "admin\n×",
    ]);
    await input.press("Backspace");
    await input.press("Backspace");
    assert.equal(await chips.getByRole("listitem").count(), 1);
    await input.fill("left behind");
    await page.getByLabel("User", { exact: true }).focus();
    assert.equal(await chips.getByRole("listitem").count(), 2);
  });

  it("inspects a generated token: claims, state, key, time left", async () => {
    const { card, generate, waitForState } = await open();
    const token = await generate();
    await waitForState("ACTIVE");
    const info = server.service.manager.getTokenInfo(token);
    const claims = await readFacts(card("Inspect").locator(".claims"));
    assert.deepEqual(claims, {
      user_id: "user_123",
      permissions: "read\nwrite",
      issued_at: "2026-11-23T11:32:09.123456Z 23 Nov 2026, 11:32:09",
      expires_at: "2026-11-24T11:32:09.123456Z 24 Nov 2026, 11:32:09",
      token_id: info.tokenId,
      key_id: info.keyId,
      additional_data: '{\n  "department": "Engineering"\n}',
    });
    const clock = await card("Inspect").getByRole("timer").innerText();
    assert.match(clock, /^(1 d 0:00:00|23:59:\d\d)$/);
  });

  it("inspects a pasted token, every digit of its numbers included", async () => {
    const { card, paste, waitForState } = await open();
    const json = '{"id":9223372036854775807,"list":[],"deep":{"a":[1,{"b":null}]}}';
    await paste(`  ${await server.service.seal({ userId: "pasted", additionalDataJson: json })}\n`);
    await waitForState("ACTIVE");
    const claims = await readFacts(card("Inspect").locator(".claims"));
    assert.equal(claims.user_id, "pasted");
    assert.equal(claims.permissions, "none");
    assert.match(claims.additional_data ?? "", /"id": 9223372036854775807,\n {2}"list": \[\],/);
  });

  it("counts down, and turns from active to expired while one looks", async () => {
    const { page, card, generate, waitForState } = await open();
    await page.clock.install();
    await card("Generate").getByLabel("Lifetime", { exact: true }).fill("1");
    const token = await generate();
    const { expiresAt } = server.service.manager.validateToken(token);
    await waitForState("ACTIVE");
    const clock = card("Inspect").getByRole("timer");
    assert.match(await clock.innerText(), /^(1:00:00|0:59:\d\d)$/);
    await page.clock.fastForward("10:00");
    assert.match(await clock.innerText(), /^0:(50:00|49:\d\d)$/);
    server.service.clock.advanceHours(2);
    try {
      await waitForState("ACTIVE");
      await page.clock.fastForward("51:00");
      await waitForState("EXPIRED");
      assert.equal(await clock.count(), 0);
      const error = card("Inspect").getByRole("alert");
      assert.match(await error.innerText(), /^TokenExpiredError\s+Token expired/);
      assert.equal((await readFacts(error)).expired_at, String(expiresAt));
      assert.equal((await readFacts(card("Inspect").locator(".claims"))).user_id, "user_123");
      await page.getByRole("status").getByText("The token is expired").waitFor();
    } finally {
      server.service.clock.advanceHours(-2);
    }
  });

  it("leaves it to the server to say what a token is once its time is up", async () => {
    const { page, card, generate, waitForState } = await open();
    await page.clock.install();
    await card("Generate").getByLabel("Lifetime", { exact: true }).fill("1");
    await generate();
    await waitForState("ACTIVE");
    const asked = page.waitForRequest(/IntrospectToken$/);
    await page.clock.fastForward("01:00:01");
    await asked;
    // To the server, whose clock stands still, no time has passed.
    await card("Inspect")
      .getByRole("timer")
      .getByText(/^(1:00:00|0:59:\d\d)$/)
      .waitFor();
    await waitForState("ACTIVE");
  });

  it("checks several permissions at once, and requires one", async () => {
    const { page, card, generate, waitForState } = await open();
    await generate();
    // The inspection is announced in the same place, and may come last.
    await waitForState("ACTIVE");
    const check = card("Check");
    await check.getByLabel("Permissions to check", { exact: true }).fill("x");
    await page.getByRole("button", { name: "Check permissions" }).click();
    const answers = check.getByRole("list", { name: "Answers" });
    await answers.waitFor();
    const rows = answers.getByRole("listitem");
    const texts = (await rows.allInnerTexts()).map((text) => text.split(/\s+/).slice(1, -1));
    assert.deepEqual(texts, [
      ["read", "granted"],
      ["write", "granted"],
      ["delete", "not", "granted"],
      ["x", "not", "granted"],
    ]);
    await check.getByRole("button", { name: "Require read" }).click();
    await check.getByText("checkPermission answers true for read").waitFor();
    await page.getByRole("status").getByText("read is granted").waitFor();
  });

  it("refreshes into the same session, and inspects what it got", async () => {
    const { page, card, generate, waitForState } = await open();
    const old = await generate();
    await waitForState("ACTIVE");
    await card("Refresh").getByLabel("New lifetime", { exact: true }).fill("90");
    await card("Refresh").getByLabel("Unit of new lifetime").selectOption("minutes");
    await page.getByRole("button", { name: "Refresh token" }).click();
    await card("Refresh").getByText("Inspect now shows the new token").waitFor();
    const fresh = await page.getByLabel("Token", { exact: true }).inputValue();
    assert.notEqual(fresh, old);
    const info = server.service.manager.getTokenInfo(fresh);
    const { tokenId } = server.service.manager.validateToken(old);
    assert.equal(info.sessionId, tokenId);
    assert.equal(info.expiresAt.seconds - info.issuedAt.seconds, 5400);
    await card("Inspect").getByText("session_id").waitFor();
    assert.equal((await readFacts(card("Inspect").locator(".claims"))).session_id, tokenId);
  });

  it("keeps no token in the URL, the history or any storage", async () => {
    const { page, generate, waitForState } = await open();
    const length = await page.evaluate(() => history.length);
    await generate();
    await waitForState("ACTIVE");
    await page.getByRole("button", { name: "Check permissions" }).click();
    await page.getByRole("button", { name: "Refresh token" }).click();
    await page.getByText("Inspect now shows the new token").waitFor();
    const kept = await page.evaluate(async () => ({
      url: location.href,
      history: history.length,
      state: history.state,
      local: localStorage.length,
      session: sessionStorage.length,
      cookies: document.cookie,
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
    }));
    assert.deepEqual(kept, {
      url: `${server.url}/`,
      history: length,
      state: null,
      local: 0,
      session: 0,
      cookies: "",
      databases: [],
      caches: [],
    });
    await page.reload();
    assert.equal(await page.getByLabel("Token", { exact: true }).inputValue(), "");
  });
});

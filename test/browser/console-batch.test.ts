/** Many tokens at once in the console: a row for each, in the order in which they were pasted. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { openConsole } from "../support/console-page.js";
import type { RunningServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

describe("console batch", () => {
  let browser: Browser;
  let server: RunningServer;
  let end: () => Promise<void>;
  before(async () => {
    ({ browser, server, end } = await startConsole());
  });
  after(() => end());

  const open = async () => {
    const view = await openConsole(browser, server.url);
    const card = view.card("Batch");
    const validate = async (text: string) => {
      await card.getByLabel("Tokens").fill(text);
      await card.getByRole("button", { name: "Validate all" }).click();
    };
    return { ...view, card, validate };
  };

  it("gives the verdict on each token, however it was pasted", async () => {
    const { manager, clock, revoked } = server.service;
    const old = manager.generateToken("old", { expiresInHours: 1 });
    clock.advanceHours(2);
    const good = manager.generateToken("ada", { permissions: ["read", "write"] });
    const away = manager.generateToken("away");
    revoked.add(away.tokenId);
    const { page, card, validate, problems } = await open();
    const jwt = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
    await validate(`Bearer ${good.token}\n\n"${old.token}"\n${away.token}, nonsense\r\n${jwt}`);
    const rows = card.locator("tbody tr");
    await rows.nth(4).waitFor();
    const cells = await Promise.all(
      (await rows.all()).map((row) => row.locator("td").allInnerTexts()),
    );
    assert.deepEqual(cells, [
      ["1", "ACTIVE", "ada", "read, write", `until ${good.expiresAt}`],
      ["2", "EXPIRED", "", "", `at ${old.expiresAt}`],
      ["3", "REVOKED", "", "", "TOKEN_REVOKED"],
      ["4", "INVALID", "", "", "TOKEN_MALFORMED"],
      ["5", "INVALID", "", "", "This is a JWT. Tokens of this service have another format."],
    ]);
    await page.getByText("1 of 5 tokens are active").waitFor({ state: "attached" });
    // Verdicts on other tokens would be taken for verdicts on these.
    await card.getByLabel("Tokens").fill("other");
    await card.locator("table").waitFor({ state: "detached" });
    assert.deepEqual(problems(), []);
  });

  it("asks the server neither about none nor about too many", async () => {
    const { page, card, validate } = await open();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await validate(" \n, \n");
    await card.getByText("Paste at least one token").waitFor();
    await validate("token\n".repeat(1001));
    await card.getByText("At most 1000 tokens at once: these are 1001").waitFor();
    assert.deepEqual(
      asked.filter((path) => path.endsWith("BatchValidateTokens")),
      [],
    );
  });

  it("shows an error of the call as such", async () => {
    const { card, validate } = await open();
    const { service } = server;
    service.fault = new Error("no clock");
    try {
      await validate("token");
      await card.getByRole("alert").getByText("This says nothing about a token").waitFor();
      assert.equal(await card.locator("table").count(), 0);
    } finally {
      service.fault = undefined;
    }
  });
});

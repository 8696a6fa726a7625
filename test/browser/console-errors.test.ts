/** What the console shows when something is wrong: with a token, a request, a key, the network. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { CallerRow } from "../../src/server/callers/caller-row.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { digestApiKey } from "../../src/server/callers/credentials.js";
import { loadConsole } from "../../src/server/console-assets.js";
import { type ConsolePage, openConsole, readFacts } from "../support/console-page.js";
import { type RunningServer, startTestServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

const API_KEY = "stk_let-me-in-7";

describe("console errors", () => {
  let browser: Browser;
  let server: RunningServer;
  let view: ConsolePage;
  let end: () => Promise<void>;
  before(async () => {
    ({ browser, server, end } = await startConsole());
  });
  after(() => end());
  const open = async (url = server.url) => {
    view = await openConsole(browser, url);
    return view;
  };
  afterEach(async () => {
    assert.deepEqual(view.problems(), []);
    await view.page.context().close();
  });
  /** The error that a card shows, once it is the exception `name`. */
  const shown = async (card: Parameters<ConsolePage["card"]>[0], name: string) => {
    const note = view.card(card).getByRole("alert").filter({ hasText: name });
    const title = (await note.locator(".error-title").innerText()).split("\n");
    return { title, facts: await readFacts(note) };
  };

  it("shows InvalidTokenError for what is no token", async () => {
    const { paste, waitForState, card } = await open();
    await paste("Z0FBQUFBQ");
    await waitForState("INVALID");
    assert.deepEqual(await shown("Inspect", "InvalidTokenError"), {
      title: ["InvalidTokenError", "Token format is invalid"],
      facts: {
        kind: "INVALID_TOKEN",
        reason: "TOKEN_MALFORMED",
        field: "token",
        code: "UNAUTHENTICATED",
      },
    });
    assert.equal(await card("Inspect").locator(".claims").count(), 0);
  });

  it("shows InvalidTokenError for a revoked token, with its claims", async () => {
    const { generate, waitForState, paste, card } = await open();
    const token = await generate();
    server.service.revoked.add(server.service.manager.validateToken(token).tokenId);
    await paste("");
    await paste(token);
    await waitForState("REVOKED");
    const { title, facts } = await shown("Inspect", "InvalidTokenError");
    assert.deepEqual(title, ["InvalidTokenError", "Token has been revoked"]);
    assert.equal(facts.reason, "TOKEN_REVOKED");
    assert.equal(await card("Inspect").locator(".claims").count(), 1);
    assert.equal(await card("Inspect").getByRole("timer").count(), 0);
  });

  it("shows TokenExpiredError wherever an expired token is used", async () => {
    const { page, generate } = await open();
    const token = await generate();
    const { expiresAt } = server.service.manager.validateToken(token);
    server.service.clock.advanceHours(48);
    try {
      await page.getByRole("button", { name: "Refresh token" }).click();
      await page.getByRole("button", { name: "Check permissions" }).click();
      for (const card of ["Refresh", "Check"] as const) {
        assert.deepEqual(await shown(card, "TokenExpiredError"), {
          title: ["TokenExpiredError", "Token expired"],
          facts: {
            kind: "TOKEN_EXPIRED",
            reason: "TOKEN_EXPIRED",
            field: "token",
            code: "UNAUTHENTICATED",
            expired_at: String(expiresAt),
          },
        });
      }
    } finally {
      server.service.clock.advanceHours(-48);
    }
  });

  it("shows PermissionDeniedError for a permission that is required and missing", async () => {
    const { page, generate } = await open();
    await generate();
    await page.getByRole("button", { name: "Check permissions" }).click();
    await page.getByRole("button", { name: "Require delete" }).click();
    assert.deepEqual(await shown("Check", "PermissionDeniedError"), {
      title: ["PermissionDeniedError", "Permission 'delete' not granted"],
      facts: {
        kind: "PERMISSION_DENIED",
        reason: "PERMISSION_NOT_GRANTED",
        field: "requiredPermission",
        code: "PERMISSION_DENIED",
        required_permission: "delete",
      },
    });
  });

  it("shows TokenError for a request that breaks a rule", async () => {
    const { page, generate } = await open();
    await generate();
    await page.getByLabel("Revoke the old token").check();
    await page.getByRole("button", { name: "Refresh token" }).click();
    assert.deepEqual(await shown("Refresh", "TokenError"), {
      title: ["TokenError", "revoke_old needs a server that keeps revocations"],
      facts: {
        kind: "TOKEN_ERROR",
        reason: "REVOCATION_NOT_ENABLED",
        field: "revokeOld",
        code: "INVALID_ARGUMENT",
      },
    });
  });

  it("tells a failed call from a fact about a token", async () => {
    const { page } = await open();
    await page.route("**/GenerateToken", (route) => route.abort());
    await page.getByRole("button", { name: "Generate token" }).click();
    const note = view.card("Generate").getByRole("alert");
    await note.getByText("This says nothing about a token").waitFor();
    assert.match((await note.innerText()).slice(0, 12), /^ConnectError/);
    server.service.fault = new Error("disk on fire");
    try {
      await page.unroute("**/GenerateToken");
      await page.getByRole("button", { name: "Generate token" }).click();
      await note.getByText("internal error").waitFor();
      assert.equal((await readFacts(note)).code, "INTERNAL");
    } finally {
      server.service.fault = undefined;
    }
  });

  it("finds a fault while it is being typed, and sends nothing that has one", async () => {
    const { page, card } = await open();
    const form = card("Generate");
    const rows: [label: string, text: string, fault: string][] = [
      ["User", "", "user_id must be 1 to 256 characters long"],
      ["User", "tab\u0007", "user_id must not contain control characters"],
      ["Permissions", "x", "Permission length must be between 2 and 30 characters"],
      ["Permissions", "a\u200bb", "permissions[2] must consist of printable characters"],
      ["Lifetime", "8761", "A lifetime must be a number above 0, and at most 8760 hours, a year"],
      ["Lifetime", "0", "A lifetime must be a number above 0, and at most 8760 hours, a year"],
      ["Lifetime", "soon", "A lifetime must be a number above 0, and at most 8760 hours, a year"],
      ["Additional data", "{", "JSON"],
      ["Additional data", "[]", "additional_data must be an object"],
      ["Additional data", '{"n": 9007199254740993}', "write additional_data.n as a string"],
      ["Additional data", `{"text": "${"x".repeat(4096)}"}`, "must be at most 4096 bytes as JSON"],
    ];
    for (const [label, text, fault] of rows) {
      const input = form.getByLabel(label, { exact: true });
      const valid = label === "Permissions" ? "" : await input.inputValue();
      await input.fill(text);
      await form.locator(".fault").filter({ hasText: fault }).waitFor();
      assert.equal(await input.getAttribute("aria-invalid"), "true");
      const notes = page.locator(`#${await input.getAttribute("aria-describedby")}`);
      assert.match(await notes.innerText(), new RegExp(fault.replace(/[[\]]/g, "\\$&")));
      if (label !== "Permissions") {
        const button = page.getByRole("button", { name: "Generate token" });
        assert.equal(await button.getAttribute("aria-disabled"), "true");
        await button.click({ force: true });
        assert.equal(await page.getByLabel("Token", { exact: true }).inputValue(), "");
      }
      await input.fill(valid);
      await form.locator(".fault").waitFor({ state: "detached" });
    }
  });

  it("shows hostile content as text", async () => {
    const { page, card, paste, waitForState } = await open();
    const hostile = '<img src=x onerror="document.title=1">';
    const additionalDataJson = JSON.stringify({ [hostile]: `</pre><script>${hostile}</script>` });
    const content = { userId: hostile, permissions: [hostile], additionalDataJson };
    await paste(await server.service.seal(content));
    await waitForState("ACTIVE");
    const claims = await readFacts(card("Inspect").locator(".claims"));
    assert.equal(claims.user_id, hostile);
    assert.equal(claims.permissions, hostile);
    assert.equal(await page.locator("img, main script").count(), 0);
    assert.equal(await page.title(), "Secure Token console");
  });

  it("shows hidden and turning characters instead of obeying them", async () => {
    const { card, paste, waitForState } = await open();
    await paste(await server.service.seal({ userId: "abc\u202edcba", permissions: ["a\u200bb"] }));
    await waitForState("ACTIVE");
    const claims = await readFacts(card("Inspect").locator(".claims"));
    assert.equal(claims.user_id, "abc[U+202E]dcba");
    assert.equal(claims.permissions, "a[U+200B]b");
  });

  it("keeps no error about an older token beside a new one", async () => {
    const { page, card, generate, paste, waitForState } = await open();
    await paste("Z0FBQUFBQ");
    await page.getByRole("button", { name: "Refresh token" }).click();
    await shown("Refresh", "InvalidTokenError");
    await generate();
    await waitForState("ACTIVE");
    await card("Refresh").getByRole("alert").waitFor({ state: "detached" });
  });

  it("calls a token issued only while it is there, and the form is right", async () => {
    const { page, card, generate } = await open();
    const issued = card("Generate").getByText("Issued, and opened under Inspect");
    await generate();
    await issued.waitFor();
    await card("Generate").getByLabel("Lifetime", { exact: true }).fill("0");
    await issued.waitFor({ state: "detached" });
    await card("Generate").getByLabel("Lifetime", { exact: true }).fill("24");
    await issued.waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await issued.waitFor({ state: "detached" });
  });

  it("inspects anew once another card is told that the token is not valid", async () => {
    const { page, generate, waitForState } = await open();
    const token = await generate();
    await waitForState("ACTIVE");
    server.service.revoked.add(server.service.manager.validateToken(token).tokenId);
    await page.getByRole("button", { name: "Check permissions" }).click();
    await waitForState("REVOKED");
  });

  it("asks for an API key where the server wants one, and forgets it", async () => {
    const guarded = await startGuarded();
    try {
      const { page, generate } = await open(guarded.url);
      const field = page.getByLabel("API key of this caller");
      await field.waitFor();
      await page.getByText("This server wants an API key").waitFor();
      await field.fill("wrong");
      await field.press("Enter");
      await page.getByText("The server refused this API key").waitFor();
      await field.fill("späce");
      await page.getByText("An API key consists of visible ASCII characters").waitFor();
      await field.fill(API_KEY);
      await page.getByRole("button", { name: "Use key" }).click();
      await page.getByText("default 24 h").waitFor();
      await generate();
      const lines = view.card("Generate").locator(".snippet-code");
      assert.match(await lines.innerText(), /authorization: Bearer \$API_KEY/);
      assert.ok(!(await page.content()).includes(API_KEY));
      await page.reload();
      await field.waitFor();
      assert.equal(await field.inputValue(), "");
    } finally {
      await guarded.close();
    }
  });
});

/** A server whose callers must show a key. */
function startGuarded(): Promise<RunningServer> {
  const row: CallerRow = {
    name: "console",
    apiKeys: [digestApiKey(API_KEY)],
    certificateNames: [],
    rpcs: new Set(TokenService.methods.map(({ name }) => name)),
    grants: { permissions: ["*"], userId: "*", maxExpiresHours: 24 },
  };
  const callers = new KnownCallers([row], () => false);
  return startTestServer({ console: loadConsole(), callers });
}

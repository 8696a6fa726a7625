/** Audiences in the console: issued for, shown, and asked for. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { openConsole, readFacts } from "../support/console-page.js";
import { startConsole } from "../support/start-console.js";

it("a token is issued for services, shown with them, and checked for one", async (t) => {
  const { browser, server, end } = await startConsole();
  t.after(end);
  const { page, card, generate, problems, waitForState } = await openConsole(browser, server.url);
  const audiences = card("Generate").getByLabel("Audiences", { exact: true });
  await audiences.fill("orders, billing");
  await audiences.press("Enter");
  const token = await generate();
  assert.deepEqual(server.service.manager.validateToken(token).audiences, ["orders", "billing"]);

  await waitForState("ACTIVE");
  const facts = await readFacts(card("Inspect").locator("dl.claims"));
  assert.deepEqual(facts.audiences?.split("\n"), ["orders", "billing"]);
  assert.match(
    (await card("Inspect").locator("details.claims-json pre").textContent()) ?? "",
    /"audiences"/,
  );

  const check = card("Check");
  const asks = () => check.getByRole("button", { name: "Check permissions" }).click();
  await check.getByLabel("Audience", { exact: true }).fill("orders");
  await asks();
  await check.getByRole("listitem").filter({ hasText: "not granted" }).first().waitFor();
  await check.getByRole("button", { name: "Require read" }).click();
  await check.getByText("answers true for read").waitFor();

  await check.getByLabel("Audience", { exact: true }).fill("stock");
  // The answers for the other audience are gone.
  await check.getByRole("button", { name: "Require read" }).waitFor({ state: "detached" });
  await asks();
  await check.getByText("Token is not for audience 'stock'").waitFor();

  await check.getByLabel("Audience", { exact: true }).fill("x".repeat(257));
  await check.getByText("audience must be 1 to 256 characters long").waitFor();
  assert.deepEqual(problems(), []);
  await page.context().close();
});

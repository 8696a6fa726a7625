/** The console for everybody: axe-core in every look, the keyboard alone, no motion where unwanted. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openConsole } from "../support/console-page.js";
import type { RunningServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const LOOKS: [name: string, options: BrowserContextOptions][] = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["phone", { colorScheme: "light", ...PHONE }],
];

describe("console accessibility", () => {
  let browser: Browser;
  let server: RunningServer;
  let end: () => Promise<void>;
  before(async () => {
    ({ browser, server, end } = await startConsole());
  });
  after(() => end());

  for (const [name, options] of LOOKS) {
    it(`violates no rule of axe-core: ${name}`, async () => {
      const { page, card, generate, waitForState, paste } = await openConsole(browser, server.url, {
        ...options,
        reducedMotion: "reduce",
      });
      await page.evaluate(AXE);
      const token = await generate();
      await waitForState("ACTIVE");
      await page.getByRole("button", { name: "Check permissions" }).click();
      await page.getByRole("button", { name: "Require delete" }).click();
      await page.getByRole("button", { name: "Refresh token" }).click();
      await page.getByText("Inspect now shows the new token").waitFor();
      await page.getByRole("button", { name: "API key" }).click();
      await page.getByLabel("User", { exact: true }).fill("");
      await card("Batch").getByLabel("Tokens").fill(`${token}\nnone`);
      await card("Batch").getByRole("button", { name: "Validate all" }).click();
      await card("Batch").getByRole("row", { name: "ACTIVE" }).waitFor();
      await card("Inspect").getByLabel("TypeScript", { exact: true }).check();
      assert.deepEqual(await violations(page), [], "an active token");
      server.service.clock.advanceHours(48);
      await paste("");
      await paste(token);
      await waitForState("EXPIRED");
      await page.getByRole("button", { name: "Check permissions" }).click();
      await card("Check").getByRole("alert").waitFor();
      assert.deepEqual(await violations(page), [], "an expired token");
      server.service.clock.advanceHours(-48);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0, "scrolls sideways");
      await page.context().close();
    });
  }

  it("violates no rule of axe-core as it opens", async () => {
    const { page } = await openConsole(browser, server.url, { reducedMotion: "reduce" });
    await page.evaluate(AXE);
    assert.deepEqual(await violations(page), []);
    await page.context().close();
  });

  for (const [name, options] of LOOKS) {
    it(`violates no rule of axe-core in the documentation: ${name}`, async () => {
      const { page, problems } = await openConsole(browser, server.url, options);
      const opened = page.context().waitForEvent("page");
      await page.getByRole("link", { name: "Documentation" }).click();
      const reference = await opened;
      await reference.getByRole("link", { name: "RevokeTokens", exact: true }).first().click();
      assert.equal(new URL(reference.url()).hash, "#revoketokens");
      await reference.evaluate(AXE);
      assert.deepEqual(await violations(reference), []);
      const overflow = await reference.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0, "scrolls sideways");
      assert.deepEqual(problems(), []);
      await page.context().close();
    });
  }

  it("is worked by keyboard alone, with the focus in sight", async () => {
    const { page, waitForState } = await openConsole(browser, server.url);
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const { outlineStyle } = getComputedStyle(element);
        const around = getComputedStyle(element.closest(".chips-input, .switch-option") ?? element);
        const sibling = element.nextElementSibling;
        const beside = sibling ? getComputedStyle(sibling).outlineStyle : "none";
        return {
          name: element.getAttribute("aria-label") ?? element.innerText,
          visible: [outlineStyle, around.outlineStyle, beside].some((style) => style !== "none"),
        };
      });
    const tabTo = async (name: string) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        const at = await focused();
        assert.ok(at.visible, `the focus on ${at.name} cannot be seen`);
        if (at.name === name) return;
      }
      assert.fail(`the keyboard does not reach ${name}`);
    };
    await tabTo("Generate token");
    await page.keyboard.press("Enter");
    await waitForState("ACTIVE");
    await tabTo("Refresh token");
    await tabTo("Check permissions");
    await page.keyboard.press("Space");
    await page.getByRole("list", { name: "Answers" }).waitFor();
    await tabTo("Require write");
    await page.keyboard.press("Enter");
    await page.getByText("answers true for write").waitFor();
    await page.context().close();
  });

  it("follows the eye on a phone", async () => {
    const { page } = await openConsole(browser, server.url, PHONE);
    const tops: number[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const top = await page.evaluate(() => {
        const { activeElement: element, body } = document;
        return element === body
          ? -1
          : element!.closest("section.card, header")!.getBoundingClientRect().top + scrollY;
      });
      if (top === -1) break;
      tops.push(Math.round(top));
    }
    assert.deepEqual(
      tops,
      [...tops].sort((a, b) => a - b),
    );
    await page.context().close();
  });

  it("moves nothing where motion is unwanted", async () => {
    const transition = async (reducedMotion: "reduce" | "no-preference") => {
      const { page } = await openConsole(browser, server.url, { reducedMotion });
      const button = page.getByRole("button", { name: "Generate token" });
      const duration = await button.evaluate((el) => getComputedStyle(el).transitionDuration);
      await page.context().close();
      return duration;
    };
    assert.equal(await transition("reduce"), "0s");
    assert.notEqual(await transition("no-preference"), "0s");
  });
});

async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return axe.run();
  });
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)} ${failureSummary}`),
  );
}

/** `npm run screenshots`: the console as docs/ shows it, taken from the real page. */
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { loadConsole } from "../src/server/console-assets.js";
import { launchChromium } from "../test/support/chromium.js";
import { openConsole } from "../test/support/console-page.js";
import { startTestServer } from "../test/support/server.js";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const LOOKS: Record<string, BrowserContextOptions> = {
  light: { colorScheme: "light", viewport: DESKTOP },
  dark: { colorScheme: "dark", viewport: DESKTOP },
  phone: { colorScheme: "light", viewport: PHONE, isMobile: true, hasTouch: true },
};
/** How long the token has lived when its picture is taken. */
const HOURS_LATER = 7.4;

const server = await startTestServer({ console: loadConsole() });
const browser = await launchChromium();
for (const [name, options] of Object.entries(LOOKS)) {
  const { page, generate, paste, waitForState } = await openConsole(browser, server.url, {
    ...options,
    deviceScaleFactor: 1.5,
    reducedMotion: "reduce",
  });
  const token = await generate();
  server.service.clock.advanceHours(HOURS_LATER);
  await paste("");
  await paste(token);
  await waitForState("ACTIVE");
  await page.getByRole("button", { name: "Check permissions" }).click();
  await page.getByRole("button", { name: "Require delete" }).click();
  await page.getByText("PermissionDeniedError").waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  const path = fileURLToPath(new URL(`../docs/console-${name}.png`, import.meta.url));
  await page.screenshot({ path, fullPage: true });
  await page.context().close();
  server.service.clock.advanceHours(-HOURS_LATER);
}
await browser.close();
await server.close();

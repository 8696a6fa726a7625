/**
 * `npm run screenshot:demo`: the demonstration's page as README.md shows it, taken from the real services in
 * every language that the machine has the tools for, a moment after a user was revoked.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launchChromium } from "../test/support/chromium.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Requests a second in all, unless RATE is set: what two cores carry beside a browser. */
const { RATE = "1000" } = process.env;
/** Each service shall have answered so long that its hit rate is that of the load, in milliseconds. */
const WARM_UP_MS = 10_000;
/** Building may take minutes; nothing else waits for long. */
const PATIENCE_MS = 60_000;

const demo = spawn(process.execPath, ["examples/demo/main.mjs"], {
  cwd: ROOT,
  env: { ...process.env, RATE, PORT: "0" },
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const url = await openedUrl();
  const browser = await launchChromium();
  try {
    const viewport = { width: 1280, height: 420 };
    const page = await browser.newPage({ viewport, colorScheme: "light", reducedMotion: "reduce" });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    await takePicture(page);
  } finally {
    await browser.close();
  }
} finally {
  demo.kill("SIGINT");
  if (demo.exitCode === null) await once(demo, "exit");
}

async function takePicture(page: Page): Promise<void> {
  await page.locator('.stamp[data-state="ACCEPTED"]').first().waitFor();
  await page.waitForTimeout(WARM_UP_MS);
  const columns = await page.locator(".column-card").count();
  await page.getByRole("button", { name: "Revoke a user" }).click();
  await page
    .getByText(/^refused after \d+ ms$/)
    .nth(columns - 1)
    .waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  const path = fileURLToPath(new URL("../docs/demo.png", import.meta.url));
  await page.screenshot({ path, fullPage: true });
}

/** The page's address, once the demonstration names it. */
async function openedUrl(): Promise<string> {
  for await (const line of createInterface({ input: demo.stdout })) {
    process.stdout.write(`${line}\n`);
    const url = /^open (\S+)$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error("the demonstration did not start");
}

/**
 * examples/demo with few requests, driven in a real browser. DEMO_LANGUAGE names the service that runs;
 * TypeScript's unless set: DEMO_LANGUAGE=Rust needs the tools of that language, and builds with them first.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ROOT } from "../support/buf.js";
import { launchChromium } from "../support/chromium.js";

const LANGUAGE = process.env.DEMO_LANGUAGE ?? "TypeScript";
const SETTINGS = { PORT: "0", RATE: "20", USERS: "10", BOUND_SECONDS: "2" };
/** Nothing waits for so long but on a machine that does nothing at all. */
const PATIENCE_MS = 120_000;

describe(`examples/demo with the ${LANGUAGE} service`, () => {
  let demo: ChildProcess;
  let browser: Browser;
  let page: Page;
  let url: string;
  const problems: string[] = [];
  before(async () => {
    const env = { ...process.env, ...SETTINGS, LANGUAGES: LANGUAGE.toLowerCase() };
    demo = spawn(process.execPath, ["examples/demo/main.mjs"], {
      cwd: ROOT,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    url = await openedUrl(demo);
    browser = await launchChromium();
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => problems.push(`script: ${error}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    await page.goto(url);
  });
  after(async () => {
    await browser?.close();
    demo.kill("SIGINT");
    if (demo.exitCode === null) await once(demo, "exit");
    assert.equal(demo.exitCode, 0, "Ctrl-C ends it in order");
  });
  const untilStamped = (state: string) =>
    page.locator(`.stamp[data-state="${state}"]`).first().waitFor();
  const click = (name: string) => page.getByRole("button", { name }).click();

  it("has a column for the service, which accepts the user's token", async () => {
    await untilStamped("ACCEPTED");
    assert.deepEqual(await page.locator(".column-card h3").allInnerTexts(), [LANGUAGE]);
    assert.equal(await page.locator("#missing li").count(), 0);
  });

  it("turns when the user is revoked, and says after how many milliseconds", async () => {
    await click("Revoke a user");
    await untilStamped("REVOKED");
    await page.getByText(/^refused after \d+ ms$/).waitFor();
  });

  it("refuses as unavailable once the token service is stopped for longer than the bound", async () => {
    await click("Stop the token service");
    await page.getByText("nothing passes").waitFor();
    await untilStamped("UNAVAILABLE");
  });

  it("recovers when it is started, without a wrong answer", async () => {
    await click("Start the token service");
    await untilStamped("ACCEPTED");
    assert.equal(await page.locator("#wrong").textContent(), "0 wrong");
    assert.deepEqual(problems, []);
  });

  it("answers no other site's page", async () => {
    for (const headers of [{ origin: "https://example.com" }, { host: "rebound.example" }]) {
      assert.equal((await page.request.post(`${url}/stop`, { headers })).status(), 403);
    }
  });
});

/** The page's address, once the demonstration names it. */
async function openedUrl({ stdout }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stdout as NodeJS.ReadableStream })) {
    const url = /^open (\S+)$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error("the demonstration did not start");
}

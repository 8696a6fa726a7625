/** The lines that the console offers, copied with its button and run as they are. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { ROOT } from "../support/buf.js";
import { type ConsolePage, openConsole } from "../support/console-page.js";
import type { RunningServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

const run = promisify(execFile);
const PATH = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);

describe("console snippets", () => {
  let browser: Browser;
  let server: RunningServer;
  let view: ConsolePage;
  let token: string;
  let end: () => Promise<void>;
  before(async () => {
    ({ browser, server, end } = await startConsole());
    view = await openConsole(browser, server.url, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    token = await view.generate();
    await view.waitForState("ACTIVE");
  });
  after(() => end());
  /** What the card's button copies. */
  const copy = async (title: Parameters<ConsolePage["card"]>[0], language: string) => {
    const card = view.card(title);
    await card.getByLabel(language, { exact: true }).check();
    await view.page.evaluate(() => navigator.clipboard.writeText(""));
    await card.getByRole("button", { name: `Copy the ${language} lines` }).click();
    const copied = await view.page.waitForFunction(() => navigator.clipboard.readText());
    const text = await copied.jsonValue();
    assert.equal(text, await card.locator(".snippet-code").innerText());
    assert.ok(!text.includes(token));
    return text;
  };

  const SHELL: [Parameters<ConsolePage["card"]>[0], RegExp][] = [
    ["Generate", /"token": *"[\w=-]{500,}"/],
    ["Inspect", /"TOKEN_STATE_ACTIVE"[\s\S]*"valid": *true/],
    ["Check", /"permission": *"read",\s*"granted": *true[\s\S]*"permission": *"delete"/],
    ["Refresh", /"token": *"[\w=-]{500,}"/],
    ["Batch", /"userId": *"user_123"[\s\S]*"ERROR_REASON_TOKEN_MALFORMED"/],
  ];
  /** As the page says to set it, of a file with a token to a line. */
  const secrets = () => ({ TOKEN: token, TOKENS: `${token},nonsense` });
  for (const [title, answer] of SHELL) {
    it(`run in a shell: ${title}`, async () => {
      const lines = await copy(title, "buf curl");
      const env = { PATH, ...secrets(), HOME: process.env.HOME };
      const { stdout } = await run("sh", ["-c", lines], { env });
      assert.match(stdout, answer);
    });
  }

  for (const [title, answer] of SHELL) {
    it(`run with curl: ${title}`, async () => {
      const lines = await copy(title, "curl");
      const env = { PATH, ...secrets(), HOME: process.env.HOME };
      const { stdout } = await run("sh", ["-c", lines], { env });
      assert.match(stdout, answer);
    });
  }

  it("run as TypeScript", async () => {
    // Beside the sources, so that the package's own name leads to them.
    const folder = mkdtempSync(join(ROOT, "node_modules", ".snippets-"));
    try {
      const names = ["issued", "info", "results", "renewed", "results"];
      const imports: string[] = [];
      const titles = ["Generate", "Inspect", "Check", "Refresh", "Batch"] as const;
      for (const [i, title] of titles.entries()) {
        const source = (await copy(title, "TypeScript")).replace(
          '"secure-token-service/client"',
          '"../../src/client/node.js"',
        );
        const file = `${title.toLowerCase()}.mts`;
        writeFileSync(
          join(folder, file),
          `${source}\nexport default ${names[i]};\nclient.close();\n`,
        );
        imports.push(`(await import("./${file}")).default`);
      }
      const main = `console.log(JSON.stringify([${imports.join(", ")}]));\n`;
      writeFileSync(join(folder, "main.mts"), main);
      const env = { ...process.env, ...secrets() };
      const { stdout } = await run(
        process.execPath,
        ["--import", "tsx", join(folder, "main.mts")],
        { env, cwd: ROOT },
      );
      const [issued, info, results, renewed, batch] = JSON.parse(stdout);
      assert.equal(issued.userId, "user_123");
      assert.equal(info.valid, true);
      assert.deepEqual(results.at(-1), { permission: "delete", granted: false });
      assert.equal(renewed.sessionId, info.sessionId);
      assert.equal(batch[0].claims.userId, "user_123");
      assert.equal(batch[1].error.reason, "TOKEN_MALFORMED");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are in one language in every card", async () => {
    await view.card("Check").getByLabel("TypeScript", { exact: true }).check();
    assert.ok(await view.card("Refresh").getByLabel("TypeScript", { exact: true }).isChecked());
    await view.card("Generate").getByLabel("buf curl", { exact: true }).check();
    assert.match(await view.card("Check").locator(".snippet-code").innerText(), /^buf curl/);
  });

  it("are in the language that was chosen before the page was loaded again", async () => {
    await view.card("Check").getByLabel("Rust", { exact: true }).check();
    await view.page.reload();
    assert.ok(await view.card("Refresh").getByLabel("Rust", { exact: true }).isChecked());
    await view.paste(token);
    await view.waitForState("ACTIVE");
  });

  it("follow what was done last", async () => {
    const check = view.card("Check");
    await view.page.getByRole("button", { name: "Check permissions" }).click();
    await view.page.getByRole("button", { name: "Require write" }).click();
    await check.getByText("answers true for write").waitFor();
    assert.match(
      await copy("Check", "buf curl"),
      /CheckPermission -d[\s\S]*"requiredPermission":"write"/,
    );
  });

  it("say that they were copied, and for as long when they are copied again", async () => {
    const { page } = view;
    const button = view.card("Batch").getByRole("button", { name: /^Copy the/ });
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await button.click();
    await button.getByText("Copied").waitFor();
    await page.clock.runFor(1_500);
    await copy("Batch", "curl");
    await page.clock.runFor(1_500);
    assert.equal(await button.innerText(), "Copied");
    await page.clock.runFor(200);
    assert.equal(await button.innerText(), "Copy");
    await page.clock.resume();
    assert.deepEqual(view.problems(), []);
  });
});

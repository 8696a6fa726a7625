/** examples/browser, run as its README says. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ROOT } from "../support/buf.js";
import { launchChromium } from "../support/chromium.js";
import { type RunningServer, startTestServer } from "../support/server.js";

describe("examples/browser", () => {
  let browser: Browser;
  let server: RunningServer;
  let strict: RunningServer;
  const backEnds: ChildProcess[] = [];
  let page: Page;
  before(async () => {
    browser = await launchChromium();
  });
  after(async () => {
    for (const backEnd of backEnds) {
      backEnd.kill();
      await once(backEnd, "exit");
    }
    await browser.close();
    await server.close();
    await strict.close();
  });
  const startBackEnd = async (tokenService: string, port: number) => {
    const env = { ...process.env, SECURE_TOKEN_TARGET: tokenService, PORT: String(port) };
    const backEnd = spawn(process.execPath, [join(ROOT, "examples/browser/back-end.js")], { env });
    backEnds.push(backEnd);
    const [line] = (await once(backEnd.stdout, "data")) as [Buffer];
    return line.toString().replace("open ", "").trim();
  };
  const signIn = async (url: string, password: string) => {
    page = await browser.newPage();
    await page.goto(url);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    const output = page.getByRole("status");
    await output.filter({ hasText: /./ }).waitFor();
    return output.innerText();
  };

  it("signs in and validates", async () => {
    const port = await freePort();
    server = await startTestServer({ corsOrigins: [`http://127.0.0.1:${port}`] });
    const url = await startBackEnd(server.url, port);
    assert.equal(
      await signIn(url, "engine"),
      "Hello ada. You may notes:read, notes:write for 1:00:00.",
    );
    assert.equal(await signIn(url, "wrong"), "Wrong user or password.");
  });

  it("is refused where its origin is not listed", async () => {
    strict = await startTestServer();
    const url = await startBackEnd(strict.url, 0);
    assert.equal(await signIn(url, "engine"), "Please try again.");
  });
});

/** A port that was free a moment ago: the token service must know the page's origin beforehand. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

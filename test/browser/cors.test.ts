/** Pages of other origins: a listed one reads answers and errors, every other is refused. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { ConnectError } from "@connectrpc/connect";
import type { Browser, Page } from "playwright-core";
import { InvalidTokenError, TokenError, TokenExpiredError } from "../../src/client/web.js";
import { loadConsole } from "../../src/server/console-assets.js";
import { browserClient, openClientPage } from "../support/browser-client.js";
import { launchChromium } from "../support/chromium.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type RunningServer, startTestServer } from "../support/server.js";

/** A page of another origin. */
async function servePage() {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>another origin</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe("CORS in Chromium", () => {
  let browser: Browser;
  let server: RunningServer;
  let friend: Awaited<ReturnType<typeof servePage>>;
  let stranger: Awaited<ReturnType<typeof servePage>>;
  before(async () => {
    friend = await servePage();
    stranger = await servePage();
    server = await startTestServer({ corsOrigins: [friend.origin], console: loadConsole() });
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    await Promise.all([server.close(), friend.close(), stranger.close()]);
  });
  const pageOf = async (origin: string): Promise<Page> => {
    const page = await browser.newPage();
    await openClientPage(page, origin);
    return page;
  };

  for (const protocol of ["connect", "grpc-web"] as const) {
    it(`lets a listed origin call over ${protocol}, with a key, and read every fact`, async () => {
      const page = await pageOf(friend.origin);
      const options = { baseUrl: server.url, protocol, apiKey: "a-key" };
      const client = browserClient(page, options);
      const { token, expiresAt } = await client.generateToken("ada", { expiresInHours: 1 });
      assert.equal((await client.validateToken(token)).userId, "ada");
      server.service.clock.advanceHours(2);
      try {
        await assert.rejects(client.validateToken(token), (error) => {
          assert.ok(error instanceof TokenExpiredError);
          assert.deepEqual(error.expiredAt, expiresAt);
          assert.equal(error.field, "token");
          return true;
        });
      } finally {
        server.service.clock.advanceHours(-2);
      }
      await assert.rejects(client.validateToken("x"), InvalidTokenError);
      await assert.rejects(client.generateToken(""), (error) => {
        assert.ok(error instanceof TokenError && error.reason === "USER_ID_INVALID");
        return true;
      });
      await page.close();
    });

    it(`refuses every other origin over ${protocol}, before the call is made`, async () => {
      const page = await pageOf(stranger.origin);
      const client = browserClient(page, { baseUrl: server.url, protocol });
      let calls = 0;
      server.service.fault = new Error("a stranger's call was made");
      page.on("requestfinished", (request) => {
        if (request.method() === "POST") calls++;
      });
      await assert.rejects(client.generateToken("ada"), (error) => {
        assert.ok(error instanceof ConnectError && !(error instanceof TokenError));
        return true;
      });
      assert.equal(calls, 0);
      assert.deepEqual(server.service.reported, []);
      server.service.fault = undefined;
      await page.close();
    });
  }

  it("hears null, and not file://, from a page that comes from a file", async () => {
    const path = join(scratchFolder(), "page.html");
    writeFileSync(path, "<!doctype html><title>a file</title>");
    const origins: (string | undefined)[] = [];
    const listener = createServer(({ headers }, response) => {
      origins.push(headers.origin);
      response.writeHead(403).end();
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href);
    await page.evaluate(
      (url) => fetch(url, { method: "POST", body: "{}" }).catch(() => undefined),
      `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    );
    await page.close();
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
    assert.deepEqual(origins, ["null"]);
  });

  it("refuses to stand in another page's frame", async () => {
    const page = await pageOf(friend.origin);
    const failed = page.waitForEvent(
      "requestfailed",
      (request) => request.url() === `${server.url}/`,
    );
    await page.evaluate((src) => {
      const frame = document.createElement("iframe");
      frame.src = src;
      document.body.append(frame);
    }, `${server.url}/`);
    assert.equal((await failed).failure()?.errorText, "net::ERR_BLOCKED_BY_RESPONSE");
    await page.close();
  });
});

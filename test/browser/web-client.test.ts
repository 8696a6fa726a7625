/** The shared suite once more, with the client in a real browser. */
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import type { WebClientOptions } from "../../src/client/web.js";
import { browserClient, openClientPage } from "../support/browser-client.js";
import { launchChromium } from "../support/chromium.js";
import { serve, UNREACHABLE_URL } from "../support/http-server.js";
import { createTestService } from "../support/token-service.js";
import { tokenServiceSuite } from "../support/token-service-suite.js";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

const VARIANTS: [name: string, options: Partial<WebClientOptions>][] = [
  ["connect, binary", { protocol: "connect" }],
  ["connect, JSON", { protocol: "connect", useBinaryFormat: false }],
  ["grpc-web, binary", { protocol: "grpc-web" }],
];

for (const [name, options] of VARIANTS) {
  tokenServiceSuite(`Chromium: ${name}`, async () => {
    const service = await createTestService();
    const server = await serve(service, "1.1");
    const page = await browser.newPage();
    const body = "<!doctype html><title>client</title>";
    await page.route(`${server.baseUrl}/`, (route) =>
      route.fulfill({ contentType: "text/html", body }),
    );
    await openClientPage(page, `${server.baseUrl}/`);
    const client = browserClient(page, { ...options, baseUrl: server.baseUrl });
    const unreachable = browserClient(page, { ...options, baseUrl: UNREACHABLE_URL });
    const close = async () => {
      await page.close();
      await server.close();
    };
    return { client, service, unreachable, close };
  });
}

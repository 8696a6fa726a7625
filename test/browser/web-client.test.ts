/** The shared suite once more, with the client in a real browser. */
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { browserClient, openClientPage } from "../support/browser-client.js";
import { launchChromium } from "../support/chromium.js";
import { serve, unreachableUrl } from "../support/http-server.js";
import { createTestService } from "../support/token-service.js";
import { tokenServiceSuite } from "../support/token-service-suite.js";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

for (const protocol of ["connect", "grpc-web"] as const) {
  for (const useBinaryFormat of [true, false]) {
    const format = useBinaryFormat ? "binary" : "JSON";
    tokenServiceSuite(`Chromium: ${protocol}, ${format}`, async () => {
      const service = await createTestService();
      const server = await serve(service, "1.1");
      const page = await browser.newPage();
      await openClientPage(page, server.baseUrl);
      const { baseUrl } = server;
      const client = browserClient(page, { baseUrl, protocol, useBinaryFormat });
      const unreachable = browserClient(page, { baseUrl: await unreachableUrl(), protocol });
      const close = async () => {
        await page.close();
        await server.close();
      };
      return { client, service, unreachable, close };
    });
  }
}

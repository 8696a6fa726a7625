/** Chromium over TLS, which speaks HTTP/2: calls, errors, streams, and a restart while calls are under way. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { InvalidTokenError } from "../../../src/client/web.js";
import { browserClient, openClientPage } from "../../support/browser-client.js";
import { launchChromium } from "../../support/chromium.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../../support/tls.js";
import { eventually, logLines } from "../../support/worker-lines.js";
import type { PeerPage, Watched } from "./chromium-page.js";

declare const peerPage: PeerPage;
declare const watched: Watched;

const HEALTH = "/grpc.health.v1.Health/Watch";
const REVOCATIONS = "/securetoken.v1.TokenService/WatchRevocations";
/** Calls at once meanwhile. */
const AT_ONCE = 8;
/** Calls before the restart, and behind it. */
const SOME_CALLS = 50;

describe("Chromium over TLS", () => {
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  let url: string;
  before(async () => {
    const folder = scratchFolder();
    const certificate = join(folder, "certificate.pem");
    const key = join(folder, "key.pem");
    writeFileSync(certificate, TEST_CERTIFICATE);
    writeFileSync(key, TEST_CERTIFICATE_KEY, { mode: 0o600 });
    server = await startServer({
      TLS_CERT_FILE: certificate,
      TLS_KEY_FILE: key,
      WORKERS: "2",
    });
    browser = await launchChromium();
    url = `https://localhost:${server.port}`;
    page = await browser.newPage({ ignoreHTTPSErrors: true });
    await openClientPage(page, url);
    await page.evaluate(await peerPageScript());
  });
  after(async () => {
    await browser?.close();
    await server?.end();
  });

  /** Opens a stream, whose messages the page keeps. */
  const watch = (path: string) =>
    page.evaluate((path) => {
      Object.assign(globalThis, { watched: peerPage.watch(path) });
    }, path);
  const messages = () => page.evaluate(() => watched.messages);
  const streamEnd = () => page.evaluate(() => watched.ended);

  it("speaks HTTP/2 with the server, which its page came from", async () => {
    const protocol = await page.evaluate(() => {
      const [entry] = performance.getEntriesByType("navigation");
      return (entry as PerformanceNavigationTiming).nextHopProtocol;
    });
    assert.equal(protocol, "h2");
  });

  for (const protocol of ["connect", "grpc-web"] as const) {
    it(`calls over ${protocol}, and reads an error that has no message`, async () => {
      const client = browserClient(page, { baseUrl: url, protocol });
      const { token } = await client.generateToken("ada", { permissions: ["read"] });
      assert.equal((await client.validateToken(token)).userId, "ada");
      await assert.rejects(client.validateToken("no token"), InvalidTokenError);
    });
  }

  it("reads a stream: the revocations in force, and what comes after", async () => {
    await watch(REVOCATIONS);
    // The snapshot, and a checkpoint of a later second.
    await eventually(async () => (await messages()).length >= 2);
    const [first] = await messages();
    assert.ok("snapshot" in (first as object), JSON.stringify(first));
  });

  it("loses no call while all workers are replaced, and sees its stream end in order", async () => {
    await watch(HEALTH);
    await eventually(async () => (await messages()).length === 1);
    await page.evaluate((atOnce) => peerPage.startCalls(atOnce), AT_ONCE);
    const ended = () => page.evaluate(() => peerPage.ended());
    await eventually(async () => (await ended()) >= SOME_CALLS);
    server.process.kill("SIGUSR2");
    await eventually(() => logLines(server, "rolling restart done").length === 1);
    const before = await ended();
    await eventually(async () => (await ended()) >= before + SOME_CALLS);
    assert.deepEqual(await page.evaluate(() => peerPage.stopCalls()), []);
    assert.equal(await streamEnd(), "end");
    const [first, second, last] = await messages();
    assert.deepEqual([first, second], [{ status: "SERVING" }, { status: "NOT_SERVING" }]);
    assert.equal((last as { error: { code: string } }).error.code, "unavailable");
  });
});

async function peerPageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./chromium-page.ts", import.meta.url))],
    bundle: true,
    platform: "browser",
    format: "iife",
    write: false,
  });
  return outputFiles[0]!.text;
}

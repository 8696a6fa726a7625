/** The console below a path, behind a proxy such as nginx with `location /tokens/`. */
import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { createSecureTokenClient } from "../../src/client/node.js";
import { openConsole } from "../support/console-page.js";
import type { RunningServer } from "../support/server.js";
import { startConsole } from "../support/start-console.js";

const PREFIX = "/tokens/";

describe("the console below a path", () => {
  let browser: Browser;
  let server: RunningServer;
  let url: string;
  let end: () => Promise<void>;
  const strays: string[] = [];
  const proxy = createServer((request, response) => {
    const { url: path = "", method, headers } = request;
    if (!path.startsWith(PREFIX)) {
      strays.push(path);
      response.writeHead(404).end();
      return;
    }
    const target = server.url + path.slice(PREFIX.length - 1);
    const onward = httpRequest(target, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  before(async () => {
    ({ browser, server, end } = await startConsole());
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${PREFIX}`;
  });
  after(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await end();
  });

  it("loads, calls, and tells its own address, and nothing outside the path", async () => {
    const view = await openConsole(browser, url);
    const { keyId } = server.service.manager.exportConfig().keys[0]!;
    await view.page.getByText(`key ${keyId}`).waitFor();
    const token = await view.generate();
    assert.ok(server.service.manager.validateToken(token));
    await view.waitForState("ACTIVE");
    await view.page
      .getByText(`${url}securetoken.v1.TokenService/GenerateToken`)
      .first()
      .waitFor({ state: "attached" });
    assert.deepEqual(view.problems(), []);
    assert.deepEqual(strays, []);
    await view.page.context().close();
  });

  it("shows a program whose client reaches the server through the proxy", async () => {
    const client = createSecureTokenClient({
      baseUrl: url.replace(/\/$/, ""),
      protocol: "connect",
      httpVersion: "1.1",
    });
    assert.ok((await client.exportConfig()).keys.length > 0);
    client.close();
  });
});

/** nginx's auth_request, as docs/proxies.md has it: nginx asks the service for every request to another one. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createSecureTokenClient } from "../../../src/client/node.js";
import { freePort } from "../../support/free-port.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../../support/server-process.js";
import { documentedExample } from "./documented-examples.js";
import { findProgram, skipWithout } from "./programs.js";
import { type RunningProxy, startProxy } from "./proxies.js";
import { writeNginx } from "./proxy-configurations.js";

describe("nginx with auth_request", { skip: skipWithout("nginx", "Debian: nginx") }, () => {
  let server: ServerProcess;
  let nginx: RunningProxy;
  let url: string;
  let grpcUrl: string;
  let issuerKey: string;
  const paths: (string | undefined)[] = [];
  const app = createServer(
    { maxHeaderSize: 65_536 },
    (request: IncomingMessage, response: ServerResponse) => {
      paths.push(request.url);
      response.end("the application");
    },
  );
  before(async () => {
    const callers = join(scratchFolder(), "callers.json");
    const addCaller = async (...flags: string[]) => {
      const added = await runCommand(["callers", "add", ...flags, "--file", callers]);
      assert.equal(added.code, 0, added.output);
      return added.stdout.trim();
    };
    const nginxKey = await addCaller("nginx", "--role", "verifier");
    issuerKey = await addCaller("issuer", "--role", "issuer", "--grant", "read,write");
    server = await startServer({ CALLERS_FILE: callers });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    const { port: appPort } = app.address() as AddressInfo;
    const grpcPort = await freePort();
    grpcUrl = `http://127.0.0.1:${grpcPort}`;
    nginx = await startProxy(
      {
        name: "nginx",
        source: "Debian: nginx",
        program: () => findProgram("nginx"),
        configure: (folder, port, upstream) =>
          writeNginx(
            folder,
            documentedExample("auth_request", {
              "listen 443 ssl": `listen 127.0.0.1:${port}`,
              "server 127.0.0.1:8080": `server 127.0.0.1:${upstream}`,
              "http://app/": `http://127.0.0.1:${appPort}/`,
              stk_the_api_key_of_nginx: nginxKey,
            }) +
              documentedExample("nginx", {
                "listen 8080": `listen 127.0.0.1:${grpcPort}`,
                "10.0.0.1:8080": `127.0.0.1:${upstream}`,
              }),
          ),
      },
      server.port,
    );
    url = `http://127.0.0.1:${nginx.port}/app/page`;
  });
  after(async () => {
    await nginx?.close();
    await server?.end();
    await new Promise((resolve) => app.close(resolve));
  });

  const get = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await fetch(url, { headers });
    return [answer.status, await answer.text()] as const;
  };
  const tokenWith = async (permission: string, baseUrl = server.url) => {
    const client = createSecureTokenClient({ baseUrl, apiKey: issuerKey });
    const { token } = await client.generateToken("ada", { permissions: [permission] });
    client.close();
    return token;
  };

  it("passes on a request with a token that has the permission", async () => {
    assert.deepEqual(await get(`Bearer ${await tokenWith("read")}`), [200, "the application"]);
    assert.deepEqual(paths.splice(0), ["/page"]);
  });

  it("asks about the token alone, whatever else the request brings", async () => {
    const token = await tokenWith("read");
    for (const headers of [
      { origin: "https://shop.example.com" },
      { "content-encoding": "gzip" },
      { "connect-timeout-ms": "0" },
      { cookie: "c".repeat(7_000), "x-more": "m".repeat(7_000), "x-most": "m".repeat(7_000) },
    ]) {
      const answer = await fetch(url, {
        headers: { ...headers, authorization: `bearer  ${token}` },
      });
      assert.equal(answer.status, 200, Object.keys(headers)[0]);
    }
    assert.equal(paths.splice(0).length, 4);
  });

  it("keeps its connections apart from those of the example for gRPC", async () => {
    // In turn, so that each finds the idle connections that the other has left.
    for (let round = 0; round < 3; round++) {
      const token = await tokenWith("read", grpcUrl);
      assert.deepEqual(await get(`Bearer ${token}`), [200, "the application"]);
    }
    assert.equal(paths.splice(0).length, 3);
  });

  it("answers 401 without a token, and to one that is none", async () => {
    for (const authorization of [undefined, "Bearer none", "Basic YTpi"]) {
      assert.equal((await get(authorization))[0], 401, authorization);
    }
    assert.deepEqual(paths, []);
  });

  it("answers 403 to a token without the permission", async () => {
    assert.equal((await get(`Bearer ${await tokenWith("write")}`))[0], 403);
    assert.deepEqual(paths, []);
  });

  it("lets no request add a member to the question", async () => {
    const token = await tokenWith("write");
    const added = `${token}","requiredPermission":"write`;
    assert.equal((await get(`Bearer ${added}`))[0], 401);
    assert.deepEqual(paths, []);
  });

  it("admits nobody while the service cannot be reached", async () => {
    const authorization = `Bearer ${await tokenWith("read")}`;
    await server.end();
    assert.equal((await get(authorization))[0], 500);
    assert.deepEqual(paths, []);
  });
});

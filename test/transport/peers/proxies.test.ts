/** The server behind real proxies: calls, errors, streams, and a restart while calls are under way. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { credentials, status } from "@grpc/grpc-js";
import { createSecureTokenClient } from "../../../src/client/grpc-js.js";
import { InvalidTokenError, type SecureTokenClient } from "../../../src/client/node.js";
import { buf } from "../../support/buf.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { eventually, logLines } from "../../support/worker-lines.js";
import { skipWithout } from "./programs.js";
import { PROXIES, type RunningProxy, startProxy } from "./proxies.js";
import { callThroughRestarts, inWords } from "./restart-under-load.js";
import { SERVING, watchHealth } from "./watch-health.js";

/** Restarts of all workers. */
const RESTARTS = 2;
/** Characters of a token: docs/limits.md. */
const LONGEST_TOKEN = 8_192;
/** Calls that fail by trailers alone: where a proxy flushes an answer of nothing else, some lose them. */
const TRAILERS_ONLY = 300;
const AT_ONCE = 10;
/** Calls a second meanwhile. 1,500 is the rate that showed losses where there were any. */
const RATE = 300;

for (const proxy of PROXIES) {
  const skip = skipWithout(proxy.name, proxy.source, proxy.program());
  describe(`behind ${proxy.name}`, { skip }, () => {
    let server: ServerProcess;
    let running: RunningProxy;
    let client: SecureTokenClient;
    before(async () => {
      // nginx asks by the name of its upstream.
      server = await startServer({ WORKERS: "2", ALLOWED_HOSTS: "tokens" });
      running = await startProxy(proxy, server.port);
      client = createSecureTokenClient({
        address: `127.0.0.1:${running.port}`,
        credentials: credentials.createInsecure(),
      });
    });
    after(async () => {
      client?.close();
      await running?.close();
      await server?.end();
    });

    it("answers calls", async () => {
      const { token } = await client.generateToken("ada", { permissions: ["read"] });
      assert.equal((await client.validateToken(token)).userId, "ada");
    });

    it("passes on the longest token as a caller's credential", async () => {
      const headers = { authorization: `Bearer ${"a".repeat(LONGEST_TOKEN)}` };
      const { token } = await client.generateToken("ada", {}, { headers });
      assert.equal((await client.validateToken(token, { headers })).userId, "ada");
    });

    it("passes on errors that are trailers alone, with their details", async () => {
      const call = () => assert.rejects(client.validateToken("no token"), InvalidTokenError);
      for (let made = 0; made < TRAILERS_ONLY; made += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, call));
      }
    });

    it("passes on Health/Watch: the first message at once, and the status at its end", async () => {
      const watch = watchHealth(running.port, 1_000);
      assert.deepEqual(await watch.next(), SERVING);
      assert.equal(await watch.ended, status.DEADLINE_EXCEEDED);
    });

    it("passes on streams: reflection", async () => {
      const url = `http://127.0.0.1:${running.port}`;
      const services = await buf("curl", "--http2-prior-knowledge", "--list-services", url);
      assert.match(services, /securetoken\.v1\.TokenService/);
    });

    it("loses no call while all workers are replaced", async (t) => {
      const rate = Number(process.env.PEER_RATE ?? RATE);
      let done = 0;
      const calls = await callThroughRestarts(running.port, rate, RESTARTS, async () => {
        server.process.kill("SIGUSR2");
        done++;
        await eventually(() => logLines(server, "rolling restart done").length === done);
      });
      t.diagnostic(inWords(calls));
      const loses = proxy.loses?.(1);
      assert.deepEqual(
        calls.failures.filter((failure) => !loses?.test(failure)),
        [],
      );
    });
  });
}

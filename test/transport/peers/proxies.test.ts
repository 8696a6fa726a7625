/** The server behind real proxies: calls, errors, streams, and a restart while calls are under way. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { credentials } from "@grpc/grpc-js";
import { createSecureTokenClient } from "../../../src/client/grpc-js.js";
import { InvalidTokenError, type SecureTokenClient } from "../../../src/client/node.js";
import { buf } from "../../support/buf.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { eventually, logLines } from "../../support/worker-lines.js";
import { startPacedCalls } from "./paced-calls.js";
import { PROXIES, type RunningProxy, startProxy } from "./proxies.js";

/** Restarts of all workers. */
const RESTARTS = 2;
/** Calls a second meanwhile. 1,500 is the rate that showed losses where there were any. */
const RATE = 300;

for (const proxy of PROXIES) {
  const skip =
    proxy.program() === undefined && !process.env.CI
      ? `${proxy.name} is not installed (${proxy.source})`
      : false;
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
      client.close();
      await running.close();
      await server.end();
    });

    it("answers calls", async () => {
      const { token } = await client.generateToken("ada", { permissions: ["read"] });
      assert.equal((await client.validateToken(token)).userId, "ada");
    });

    it("passes on an error that is trailers alone, with its details", async () => {
      await assert.rejects(client.validateToken("no token"), InvalidTokenError);
    });

    it("passes on streams: reflection", async () => {
      const url = `http://127.0.0.1:${running.port}`;
      const services = await buf("curl", "--http2-prior-knowledge", "--list-services", url);
      assert.match(services, /securetoken\.v1\.TokenService/);
    });

    it("loses no call while all workers are replaced", async () => {
      const rate = Number(process.env.PEER_RATE ?? RATE);
      const calls = startPacedCalls(running.port, rate);
      const reach = (count: number) => eventually(() => calls.ended() >= count);
      await reach(rate / 2);
      for (let restart = 1; restart <= RESTARTS; restart++) {
        const before = calls.ended();
        server.process.kill("SIGUSR2");
        await eventually(() => logLines(server, "rolling restart done").length === restart);
        await reach(before + rate / 2);
      }
      await calls.stop();
      assert.deepEqual(calls.failures, []);
    });
  });
}

/** HTTP/1.1 connections in use while servers end: their clients lose no call, neither of their own nor behind nginx. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { eventually, logLines } from "../../support/worker-lines.js";
import { startKeepAliveCalls } from "./keep-alive-calls.js";
import { findProgram, skipWithout } from "./programs.js";
import { type RunningProxy, startProxy } from "./proxies.js";
import { configureNginxForHttp1 } from "./proxy-configurations.js";

/** Calls a second. 3,000 is the rate that showed losses where there were any. */
const RATE = Number(process.env.PEER_RATE ?? 300);

const NGINX = {
  name: "nginx",
  source: "Debian: nginx",
  program: () => findProgram("nginx"),
  configure: configureNginxForHttp1,
};

for (const isProxied of [false, true]) {
  const skip = isProxied && skipWithout(NGINX.name, NGINX.source);
  describe(`HTTP/1.1 keep-alive, ${isProxied ? "behind nginx" : "direct"}`, { skip }, () => {
    const running: (RunningProxy | ServerProcess)[] = [];
    afterEach(async () => {
      for (const each of running.splice(0).reverse())
        await ("end" in each ? each.end() : each.close());
    });

    async function serve(env: Record<string, string> = {}): Promise<ServerProcess> {
      // nginx asks by the name of its upstream.
      const server = await startServer({ ALLOWED_HOSTS: "tokens", ...env });
      running.push(server);
      return server;
    }

    /** Calls while something happens to the servers, and for half a second's calls before and behind it. */
    async function lostWhile(servers: ServerProcess[], happens: () => Promise<unknown>) {
      let ports = servers.map(({ port }) => port);
      if (isProxied) {
        const proxy = await startProxy(NGINX, ...(ports as [number, ...number[]]));
        running.push(proxy);
        ports = [proxy.port];
      }
      const calls = startKeepAliveCalls(ports, RATE);
      await eventually(() => calls.ended() >= RATE / 2);
      await happens();
      const before = calls.ended();
      await eventually(() => calls.ended() >= before + RATE / 2);
      await calls.stop();
      const log = running.map((each) => ("log" in each ? each.log() : "")).join("");
      const failures = calls.failures.map((failure) => `${failure} ${log}`);
      return { failures, ended: calls.ended() };
    }

    it("loses no call while all workers are replaced", async (t) => {
      const server = await serve({ WORKERS: "2" });
      const { failures, ended } = await lostWhile([server], async () => {
        server.process.kill("SIGUSR2");
        await eventually(() => logLines(server, "rolling restart done").length === 1);
      });
      t.diagnostic(`${ended} calls`);
      assert.deepEqual(failures, []);
    });

    it("loses no call while one of two servers ends", async (t) => {
      const servers = [await serve(), await serve()];
      const { failures, ended } = await lostWhile(servers, () => servers[0]!.end("SIGTERM"));
      t.diagnostic(`${ended} calls`);
      assert.deepEqual(failures, []);
    });
  });
}

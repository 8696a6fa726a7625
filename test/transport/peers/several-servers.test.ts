/** Two servers behind real proxies, of which one is told to end and comes back while calls are under way. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { skipWithout } from "./programs.js";
import { PROXIES, type RunningProxy, startProxy } from "./proxies.js";
import { callThroughRestarts, inWords } from "./restart-under-load.js";

/** Calls a second. */
const RATE = Number(process.env.PEER_RATE ?? 300);

const running: (RunningProxy | ServerProcess)[] = [];
afterEach(async () => {
  for (const each of running.splice(0).reverse()) await ("end" in each ? each.end() : each.close());
});

for (const proxy of PROXIES) {
  const skip = skipWithout(proxy.name, proxy.source, proxy.program());
  describe(`two servers behind ${proxy.name}`, { skip }, () => {
    it("lose no call while one of them is replaced", async (t) => {
      const [first, second] = [await start(), await start()];
      const { port } = await startProxy(proxy, first.port, second.port).then(keep);
      const calls = await callThroughRestarts(port, RATE, 1, async () => {
        assert.equal(await first.end("SIGTERM"), 0);
        await start({ PORT: `${first.port}` });
      });
      t.diagnostic(inWords(calls));
      const loses = proxy.loses?.(2);
      assert.deepEqual(
        calls.failures.filter((failure) => !loses?.test(failure)),
        [],
      );
    });
  });
}

/** A server that answers nginx, which asks by the name of its upstream. */
function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  return startServer({ ALLOWED_HOSTS: "tokens", ...env }).then(keep);
}

function keep<T extends RunningProxy | ServerProcess>(each: T): T {
  running.push(each);
  return each;
}

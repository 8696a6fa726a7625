/** Two servers behind real proxies: one is told to end and comes back while calls are under way; others send nonsense. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { type RawRequest, rawHttp2 } from "../../fuzz/raw-client.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { skipWithout } from "./programs.js";
import { PROXIES, type RunningProxy, startProxy } from "./proxies.js";
import { callThroughRestarts, inWords } from "./restart-under-load.js";

/** Calls a second. */
const RATE = Number(process.env.PEER_RATE ?? 300);

/** Header fields that a server refuses, where a proxy passes them on: too long; or resets a stream for: no text, a blank. */
const RESET: readonly Record<string, string>[] = [
  { "x-one": "a".repeat(7_000), "x-two": "b".repeat(7_000), "x-three": "c".repeat(4_000) },
  { "x-one": "a\x01b" },
  { "x-one": "a " },
];
/** Of each. Far more than there are servers, and fewer than one connection may have reset. */
const SENT = 20;

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

    it("answer everybody else beside requests that they reset", async () => {
      const [first, second] = [await start(), await start()];
      const { port } = await startProxy(proxy, first.port, second.port).then(keep);
      const hostile = rawHttp2(`http://127.0.0.1:${port}`);
      const { failures } = await callThroughRestarts(port, RATE, 1, async () => {
        for (let sent = 0; sent < SENT; sent++) {
          for (const fields of RESET) await hostile.send(request(fields));
        }
      });
      hostile.close();
      // What a proxy loses by itself; servers that rest are 503 behind it.
      const loses = proxy.loses?.(2);
      assert.deepEqual(
        failures.filter((failure) => !loses?.test(failure)),
        [],
      );
    });
  });
}

function request(fields: Record<string, string>): RawRequest {
  return {
    method: "POST",
    path: "/securetoken.v1.TokenService/ValidateToken",
    headers: { "content-type": "application/grpc", te: "trailers", ...fields },
    body: Buffer.alloc(5),
  };
}

/** A server that answers nginx, which asks by the name of its upstream. */
function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  return startServer({ ALLOWED_HOSTS: "tokens", ...env }).then(keep);
}

function keep<T extends RunningProxy | ServerProcess>(each: T): T {
  running.push(each);
  return each;
}

/** The log in a real Redis. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RedisLog } from "../../../src/revocation/log/redis.js";
import { META, STREAM } from "../../../src/revocation/log/redis-scripts.js";
import { describeAddress, parseRedisUrl } from "../../../src/revocation/log/redis-url.js";
import { skipWithoutRedis, startRedis } from "../../support/redis.js";
import { startStallingProxy } from "../../support/stalling-proxy.js";
import { logSuite } from "./log-suite.js";

logSuite(
  "Redis",
  async () => {
    const redis = await startRedis();
    const proxy = await startStallingProxy(redis.port);
    return {
      process: redis.process,
      proxy,
      open: () => new RedisLog(`redis://127.0.0.1:${proxy.port}`),
      wipe: async () => {
        await redis.command("DEL", STREAM, META);
      },
      trim: async () => {
        await redis.command("XTRIM", STREAM, "MAXLEN", "0");
      },
      corrupt: async () => {
        await redis.command("XADD", STREAM, "*", "e", "[]");
      },
      async close() {
        await proxy.close();
        await redis.close();
      },
    };
  },
  skipWithoutRedis(),
  false,
);

describe("a URL of Redis", () => {
  it("names a server, Sentinels or a Cluster", () => {
    assert.deepEqual(parseRedisUrl("redis://localhost"), {
      kind: "server",
      hosts: [{ host: "localhost", port: 6379 }],
      tls: false,
      database: 0,
    });
    assert.deepEqual(parseRedisUrl("rediss://me:p%40ss@a:1,b:2/?sentinel=main"), {
      kind: "sentinel",
      hosts: [
        { host: "a", port: 1 },
        { host: "b", port: 2 },
      ],
      tls: true,
      database: 0,
      username: "me",
      password: "p@ss",
      sentinelName: "main",
    });
    const cluster = parseRedisUrl("redis://:secret@a,b:7000?cluster=on");
    assert.deepEqual([cluster.kind, cluster.password], ["cluster", "secret"]);
    assert.equal(describeAddress(cluster), "redis://a:6379,b:7000?cluster=on");
  });

  for (const url of ["redis://", "redis://a,b", "redis://a:0", "redis://a?x=1", "redis://u:%@a"]) {
    it(`is refused: ${url}`, () => {
      assert.throws(() => parseRedisUrl(url), /^Error: must /);
    });
  }
});

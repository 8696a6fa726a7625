/** The rights that docs/fleet.md names are enough, and no more than the log needs. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { RedisLog } from "../../../src/revocation/log/redis.js";
import { skipWithoutRedis, startRedis, type TestRedis } from "../../support/redis.js";
import { clean, entry } from "./log-suite.js";

const TIMEOUT = 5_000;
const [, rules = ""] =
  /^ACL SETUSER secure-token on >… (.+)$/m.exec(
    readFileSync(new URL("../../../docs/fleet.md", import.meta.url), "utf8"),
  ) ?? [];

describe("the rights of a user of Redis", { skip: skipWithoutRedis() }, () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
    const user = ["SETUSER", "secure-token", "on", ">pass", ...rules.split(" ")];
    assert.equal(await redis.command("ACL", ...user), "OK");
  });
  after(() => redis.close());

  it("are enough to write, read, clean and hear hints", async () => {
    const log = new RedisLog(`redis://secure-token:pass@127.0.0.1:${redis.port}`);
    await log.read(undefined, TIMEOUT);
    let hints = 0;
    log.onHint(() => hints++);
    await log.append([entry("expired", 1), entry("live")], TIMEOUT);
    await clean(log, 2);
    const { revocations } = await log.read(undefined, TIMEOUT);
    assert.deepEqual(
      revocations.map(({ id }) => id),
      ["live"],
    );
    while (hints === 0) {
      await log.append([entry("again")], TIMEOUT);
      await wait(50);
    }
    await log.close();
    const refused = (await redis.command("ACL", "LOG")) as unknown[];
    assert.deepEqual(refused, []);
  });
});

/** Engines that answer and take no writes: where that shows that they may be behind, nobody reads them. */
import assert from "node:assert/strict";
import { chownSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { LogPage } from "../../../src/revocation/log/log.js";
import { PostgresLog } from "../../../src/revocation/log/postgres.js";
import { RedisLog } from "../../../src/revocation/log/redis.js";
import { skipWithoutPostgres, startPostgres } from "../../support/postgres.js";
import { skipWithoutRedis, startRedis } from "../../support/redis.js";
import { entry } from "./log-suite.js";

const TIMEOUT = 5_000;
const unavailable = (message: RegExp) => ({ name: "LogUnavailableError", message });
const idsOf = ({ revocations }: LogPage) => revocations.map(({ id }) => id);

describe("a Redis that takes no writes", { skip: skipWithoutRedis() }, () => {
  it("is read while its memory or its disk is full, and not where another may hold more", async () => {
    const redis = await startRedis();
    const log = new RedisLog(redis.url);
    const config = (name: string, value: string) => redis.command("CONFIG", "SET", name, value);
    const refused = async (code: string) => {
      await assert.rejects(log.append([entry("b")], TIMEOUT), unavailable(RegExp(code)));
    };
    try {
      const { position } = await log.read(undefined, TIMEOUT);
      await log.append([entry("a")], TIMEOUT);

      await config("maxmemory", "1");
      await refused("OOM");
      assert.deepEqual(idsOf(await log.read(position, TIMEOUT)), ["a"]);
      await config("maxmemory", "0");

      await log.append([entry("c")], TIMEOUT);
      // Snapshots have nowhere to go.
      const [, folder] = (await redis.command("CONFIG", "GET", "dir")) as [string, string];
      await config("appendonly", "no");
      rmSync(folder, { recursive: true });
      await config("save", "3600 1");
      await redis.command("BGSAVE");
      while (!`${await redis.command("INFO", "persistence")}`.includes("bgsave_status:err")) {
        await pause(10);
      }
      await refused("MISCONF");
      assert.deepEqual(idsOf(await log.read(position, TIMEOUT)), ["a", "c"]);
      await config("save", "");

      await config("min-replicas-to-write", "1");
      await assert.rejects(log.read(position, TIMEOUT), unavailable(/NOREPLICAS/));
      await config("min-replicas-to-write", "0");

      await redis.command("REPLICAOF", "127.0.0.1", "1");
      await assert.rejects(log.read(position, TIMEOUT), unavailable(/READONLY/));
    } finally {
      await log.close();
      await redis.close();
    }
  });
});

describe("a PostgreSQL that takes no writes", { skip: skipWithoutPostgres() }, () => {
  it("is not read where it is a standby, and is once it takes over", async () => {
    const postgres = await startPostgres();
    const log = new PostgresLog(postgres.url);
    try {
      await log.read(undefined, TIMEOUT);
      await log.append([entry("a")], TIMEOUT);
      const [row] = await postgres.query("SHOW data_directory");
      const folder = row?.data_directory as string;
      await postgres.process.end("SIGINT");
      const signal = join(folder, "standby.signal");
      writeFileSync(signal, "");
      const { uid, gid } = statSync(folder);
      chownSync(signal, uid, gid);
      await postgres.process.start();

      await assert.rejects(log.read(undefined, TIMEOUT), unavailable(/standby, which may lag/));
      await assert.rejects(log.append([entry("b")], TIMEOUT), unavailable(/25006/));

      await postgres.query("SELECT pg_promote()");
      assert.deepEqual(idsOf(await log.read(undefined, TIMEOUT)), ["a"]);
    } finally {
      await log.close();
      await postgres.close();
    }
  });
});

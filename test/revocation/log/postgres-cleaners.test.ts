/** Two servers that clean the same table at the same time. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { RevocationLog } from "../../../src/revocation/log/log.js";
import { PostgresLog } from "../../../src/revocation/log/postgres.js";
import { skipWithoutPostgres, startPostgres, type TestPostgres } from "../../support/postgres.js";
import { NOON, tokenEntry } from "../../support/revocation-entries.js";

const TIMEOUT_MS = 20_000;
/** Deletes take a while, so that two of them meet, and orders are those of a large table. */
const SLOW_DELETES = `
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN OLD; END $$;
CREATE TRIGGER slowly BEFORE DELETE ON secure_token_revocations
  FOR EACH ROW EXECUTE FUNCTION slowly();
ALTER ROLE test SET enable_seqscan = off;
ALTER ROLE test SET enable_hashjoin = off;
ALTER ROLE test SET enable_mergejoin = off;`;

describe("two servers that clean a log in PostgreSQL", { skip: skipWithoutPostgres() }, () => {
  let postgres: TestPostgres;
  const opened: RevocationLog[] = [];
  const open = async () => {
    const log = new PostgresLog(postgres.url);
    opened.push(log);
    await log.read(undefined, TIMEOUT_MS);
    return log;
  };
  const count = async () => {
    const [row] = await postgres.query(
      "SELECT count(*)::int AS count FROM secure_token_revocations",
    );
    return row?.count;
  };
  before(async () => {
    postgres = await startPostgres();
    await open();
    await postgres.query(SLOW_DELETES);
  });
  after(async () => {
    await Promise.all(opened.map((log) => log.close()));
    await postgres.close();
  });

  it("never wait for each other: all that is to go goes, and neither is refused", async () => {
    const [one, other, writer] = [await open(), await open(), await open()];
    const gone = Array.from({ length: 100 }, (_, i) =>
      tokenEntry(`${i}`, { expiresAt: NOON - 1 - ((i * 37) % 100) }),
    );
    await writer.append([...gone, tokenEntry("last")], TIMEOUT_MS);
    // Needless to one and expired to the other: found by different indexes.
    const cleanings = [
      one.removeExpired(0, gone, TIMEOUT_MS),
      other.removeExpired(NOON, [], TIMEOUT_MS),
    ];
    await Promise.all(
      cleanings.map(async (cleaning) => {
        while (!(await cleaning.next()).done) await pause(5);
      }),
    );
    assert.equal(await count(), 1);
  });

  it("delete what is needless to either, though the other one is at it", async () => {
    const [one, other, writer] = [await open(), await open(), await open()];
    const entries = Array.from({ length: 60 }, (_, i) => tokenEntry(`kept until ${i}`));
    await writer.append([...entries, tokenEntry("newest")], TIMEOUT_MS);
    const parts = [0, 0];
    await Promise.all(
      [one, other].map(async (log, i) => {
        const needless = entries.filter((_, place) => place % 2 === i);
        const cleaning = log.removeExpired(0, needless, TIMEOUT_MS);
        for (; !(await cleaning.next()).done; await pause(5)) (parts[i] as number)++;
      }),
    );
    assert.equal(await count(), 2);
    // One of them found the other at work, and tried again.
    assert.ok(Math.max(...parts) > 1, `${parts}`);
  });
});

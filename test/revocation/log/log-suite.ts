/** What every shared log does, whichever engine keeps it. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type Revocation, userKey } from "../../../src/core/index.js";
import { Freshness } from "../../../src/revocation/freshness.js";
import {
  LogCorruptError,
  type LogPage,
  LogUnavailableError,
  type RevocationLog,
} from "../../../src/revocation/log/log.js";
import { LogFollower } from "../../../src/revocation/log/log-follower.js";
import { keepReports } from "../../support/reports.js";
import type { ServiceProcess } from "../../support/service-process.js";
import type { StallingProxy } from "../../support/stalling-proxy.js";

/** A real engine with a log in it. */
export interface LogEngine {
  readonly process: ServiceProcess;
  /** What every connection goes through. */
  readonly proxy: StallingProxy;
  /** A further connection, as of another server. */
  open(): RevocationLog;
  /** Loses everything: the table is dropped, the stream deleted. */
  wipe(): Promise<void>;
  /** Deletes the oldest entry as an operator might. */
  trim(): Promise<void>;
  /**
   * Begins to write an entry, and gives what ends the writing. Undefined where nothing is visible later
   * than it is written.
   */
  beginWrite?(revocation: Revocation): Promise<() => Promise<void>>;
  /** Writes what is no entry. */
  corrupt(): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUT = 5_000;
const HOUR = 3_600_000_000;

/** An entry that expires in an hour, or `expiresAt`. */
export function entry(id: string, expiresAt = Date.now() * 1000 + HOUR): Revocation {
  return { kind: "TOKEN", id, issuedBefore: 0, expiresAt, revokedAt: 1, reason: "tést 'x'" };
}

/** Deletes what expired before an instant, and needless entries: all parts. How many there were. */
export async function clean(
  log: RevocationLog,
  now: number,
  needless: Revocation[] = [],
): Promise<number> {
  let parts = 1;
  const cleaning = log.removeExpired(now, needless, TIMEOUT);
  while (!(await cleaning.next()).done) parts++;
  return parts;
}

/** Runs the suite against an engine. @param writesOverlap whether what is written later may be visible earlier */
export function logSuite(
  name: string,
  start: () => Promise<LogEngine>,
  skip: string | false,
  writesOverlap: boolean,
): void {
  describe(`log in ${name}`, { skip }, () => {
    let engine: LogEngine;
    const opened: RevocationLog[] = [];
    const open = () => {
      const log = engine.open();
      opened.push(log);
      return log;
    };
    /** A log that has been read, so that it is connected. */
    const connected = async () => {
      const log = open();
      await log.read(undefined, TIMEOUT);
      return log;
    };
    const readAll = async (log: RevocationLog, from?: string) => {
      const ids: string[] = [];
      let page: LogPage;
      let position = from;
      let reset = false;
      do {
        page = await log.read(position, TIMEOUT);
        ids.push(...page.revocations.map(({ id }) => id));
        position = page.position;
        reset ||= page.reset;
      } while (!page.caughtUp);
      return { ids, position, reset };
    };
    before(async () => {
      engine = await start();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((log) => log.close()));
      await engine.wipe();
    });
    after(() => engine.close());

    it("gives what was written, to every reader, in the order of writing", async () => {
      const [one, two] = [await connected(), await connected()];
      await one.append([entry("a"), entry("b")], TIMEOUT);
      await two.append([entry("c")], TIMEOUT);
      const { ids, position } = await readAll(one);
      assert.deepEqual(ids, ["a", "b", "c"]);
      await one.append([entry("d")], TIMEOUT);
      assert.deepEqual(await readAll(two, position), {
        ...(await readAll(two, position)),
        ids: ["d"],
        reset: false,
      });
    });

    it("gives entries back whole", async () => {
      const log = await connected();
      const whole: Revocation = { ...entry(userKey("x")), kind: "USER", issuedBefore: 12_345 };
      await log.append([whole], TIMEOUT);
      assert.deepEqual((await log.read(undefined, TIMEOUT)).revocations, [whole]);
    });

    it("reads thousands in pages, each once", async () => {
      const log = await connected();
      for (let page = 0; page < 3; page++) {
        await log.append(
          Array.from({ length: 1000 }, (_, i) => entry(`${page * 1000 + i}`)),
          TIMEOUT,
        );
      }
      const { ids } = await readAll(log);
      assert.deepEqual(
        ids,
        Array.from({ length: 3000 }, (_, i) => `${i}`),
      );
    });

    it("tells when all has been read that there was, while others go on writing", async () => {
      const log = await connected();
      const write = (from: string) => {
        return log.append(
          Array.from({ length: 600 }, (_, i) => entry(`${from}-${i}`)),
          TIMEOUT,
        );
      };
      await write("early");
      let page = await log.read(undefined, TIMEOUT);
      const { end } = page;
      await write("late");
      const read = page.revocations.map(({ id }) => id);
      while (!log.hasReached(page.position, end)) {
        assert.ok(read.filter((id) => id.startsWith("early")).length < 600);
        page = await log.read(page.position, TIMEOUT);
        read.push(...page.revocations.map(({ id }) => id));
      }
      assert.equal(read.filter((id) => id.startsWith("early")).length, 600);
      assert.equal(page.caughtUp, false);
    });

    it("leaves out no entry of many writers at once", async () => {
      const reader = await connected();
      const writers = await Promise.all([1, 2, 3, 4].map(connected));
      let isWriting = true;
      const seen: string[] = [];
      const reading = (async () => {
        let position: string | undefined;
        for (;;) {
          const last = !isWriting;
          const page = await reader.read(position, TIMEOUT);
          seen.push(...page.revocations.map(({ id }) => id));
          position = page.position;
          if (last && page.caughtUp) return;
        }
      })();
      await Promise.all(
        writers.map(async (writer, w) => {
          for (let i = 0; i < 50; i++) await writer.append([entry(`${w}-${i}`)], TIMEOUT);
        }),
      );
      isWriting = false;
      await reading;
      assert.equal(new Set(seen).size, 200);
      assert.equal(seen.length, 200);
    });

    if (writesOverlap) {
      it("passes over no entry that takes the earlier id and is committed later", async () => {
        const [reader, writer] = [await connected(), await connected()];
        const commit = await engine.beginWrite?.(entry("earlier"));
        assert.ok(commit);
        const written = writer.append([entry("later")], TIMEOUT);
        // Time to overtake, if it could.
        await Promise.race([written, wait(100)]);
        const meanwhile = await readAll(reader);
        await commit();
        await written;
        const next = await readAll(reader, meanwhile.position);
        assert.deepEqual([...meanwhile.ids, ...next.ids], ["earlier", "later"]);
        assert.equal(next.reset, false);
      });
    }

    it("begins anew, and says so, after it was wiped", async () => {
      const log = await connected();
      await log.append([entry("old")], TIMEOUT);
      const { position } = await readAll(log);
      await engine.wipe();
      // The first call may find a connection or a table that is no more.
      await log.read(undefined, TIMEOUT).catch(() => {});
      await (await connected()).append([entry("new")], TIMEOUT);
      const after = await readAll(log, position);
      assert.deepEqual([after.ids, after.reset], [["new"], true]);
    });

    it("begins anew when somebody else has deleted what was not read", async () => {
      const log = await connected();
      await log.append([entry("a")], TIMEOUT);
      const { position } = await readAll(log);
      await engine.trim();
      const after = await readAll(log, position);
      assert.deepEqual([after.ids, after.reset], [[], true]);
    });

    it("removes what has expired, and lets readers go on", async () => {
      const log = await connected();
      const past = Date.now() * 1000 - HOUR;
      await log.append([entry("expired", past), entry("live")], TIMEOUT);
      const first = await readAll(log);
      await log.append([entry("expired too", past), entry("live too")], TIMEOUT);
      await clean(log, Date.now() * 1000);
      const next = await readAll(log, first.position);
      assert.deepEqual([next.ids, next.reset], [["live too"], false]);
      assert.deepEqual((await readAll(log)).ids, ["live", "live too"]);
    });

    it("lets a reader go on whose last entry was removed", async () => {
      const log = await connected();
      await log.append([entry("expired", Date.now() * 1000 - HOUR)], TIMEOUT);
      const { position } = await readAll(log);
      await log.append([entry("live")], TIMEOUT);
      await clean(log, Date.now() * 1000);
      const next = await readAll(log, position);
      assert.deepEqual([next.ids, next.reset], [["live"], false]);
    });

    it("removes what another entry has made needless, and nothing beside it", async () => {
      const log = await connected();
      const [needless, other, latest] = ["a", "b", "c"].map((id) => entry(id)) as [
        Revocation,
        Revocation,
        Revocation,
      ];
      await log.append([needless, other, latest], TIMEOUT);
      const { position } = await readAll(log);
      await clean(log, 0, [needless, latest]);
      // The newest stays, since readers stand there.
      assert.deepEqual((await readAll(log)).ids, ["b", "c"]);
      assert.equal((await readAll(log, position)).reset, false);
    });

    it("removes thousands a part at a time, between which it is read and written", async () => {
      const log = await connected();
      const expired = (i: number) => entry(`expired-${i}`, Date.now() * 1000 - HOUR);
      const needless = (i: number) => entry(`needless-${i}`);
      const gone = Array.from({ length: 3000 }, (_, i) => (i % 2 ? expired(i) : needless(i)));
      for (let at = 0; at < 3000; at += 1000) await log.append(gone.slice(at, at + 1000), TIMEOUT);
      const { position } = await readAll(log);
      const cleaning = log.removeExpired(
        Date.now() * 1000,
        gone.filter((_, i) => i % 2 === 0),
        TIMEOUT,
      );
      assert.equal((await cleaning.next()).done, false);
      await log.append([entry("meanwhile")], TIMEOUT);
      const next = await readAll(log, position);
      assert.deepEqual([next.ids, next.reset], [["meanwhile"], false]);
      assert.ok((await readAll(log)).ids.length > 1000);
      while (!(await cleaning.next()).done);
      assert.deepEqual((await readAll(log)).ids, ["meanwhile"]);
      assert.equal(await clean(log, Date.now() * 1000), 1);
    });

    it("takes an entry again without harm, and one that is kept longer as another", async () => {
      const log = await connected();
      const once = entry("a");
      await log.append([once], TIMEOUT);
      await log.append([once], TIMEOUT);
      await log.append([{ ...once, expiresAt: once.expiresAt + HOUR }], TIMEOUT);
      const { ids } = await readAll(log);
      assert.ok(ids.every((id) => id === "a"));
      const { revocations } = await log.read(undefined, TIMEOUT);
      assert.equal(Math.max(...revocations.map((r) => r.expiresAt)), once.expiresAt + HOUR);
    });

    it("hints at what others wrote", async () => {
      const [reader, writer] = [await connected(), await connected()];
      let hints = 0;
      reader.onHint(() => hints++);
      // The listener connects by itself.
      while (hints === 0) {
        await writer.append([entry(`hint-${Math.random()}`)], TIMEOUT);
        await wait(50);
      }
    });

    it("refuses to read over what is no entry", async () => {
      const log = await connected();
      await engine.corrupt();
      await assert.rejects(log.read(undefined, TIMEOUT), LogCorruptError);
    });

    it("gets 12,000 of a follower that came while a read was under way", async () => {
      const log = await connected();
      let reads = 0;
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const known: Revocation[] = [];
      const follower = new LogFollower({
        log: {
          name: log.name,
          append: (revocations, timeoutMs) => log.append(revocations, timeoutMs),
          async read(position, timeoutMs) {
            const page = await log.read(position, timeoutMs);
            if (++reads > 1) await gate;
            return page;
          },
          hasReached: (position, end) => log.hasReached(position, end),
          onHint() {},
          removeExpired: (...args) => log.removeExpired(...args),
          close: () => Promise.resolve(),
        },
        freshness: new Freshness(60_000),
        clock: () => Date.now() * 1000,
        reporter: keepReports(),
        known: () => known.values(),
        merge: () => Promise.resolve(),
        keepMicros: 0,
        pollMs: 1,
      });
      while (reads < 2) await wait(1);
      for (let page = 0; page < 12; page++) {
        const revoked = Array.from({ length: 1000 }, (_, i) => entry(`${page * 1000 + i}`));
        known.push(...revoked);
        follower.appendLater(revoked);
      }
      release();
      const reader = await connected();
      // All of them, or a second's worth of looks that find no more.
      const held = new Set<string>();
      let position: string | undefined;
      for (let quiet = 0; held.size < known.length && quiet < 50; quiet++) {
        const next = await readAll(reader, position);
        if (next.ids.length > 0) quiet = 0;
        for (const id of next.ids) held.add(id);
        position = next.position;
        await wait(20);
      }
      await follower.close();
      assert.equal(held.size, 12_000);
    });

    it("rejects while the engine is gone, and goes on when it is back", async () => {
      const log = await connected();
      await log.append([entry("kept")], TIMEOUT);
      const { position } = await readAll(log);
      await engine.process.end("SIGKILL");
      await assert.rejects(log.read(position, 500), LogUnavailableError);
      await assert.rejects(log.append([entry("lost")], 500), LogUnavailableError);
      await engine.process.start();
      // What was acknowledged survives a crash. Another start of the engine is a reason to read anew.
      const { ids } = await readAll(log, position).catch(() => readAll(log, position));
      assert.deepEqual(ids, ["kept"]);
      await log.append([entry("later")], TIMEOUT);
      assert.deepEqual((await readAll(log)).ids, ["kept", "later"]);
    });

    it("waits no longer than it is told for an engine that hangs", async () => {
      const log = await connected();
      engine.proxy.stall();
      await assert.rejects(log.append([entry("x")], 300), LogUnavailableError);
      await assert.rejects(log.read(undefined, 300), LogUnavailableError);
      await assert.rejects(log.append([entry("y")], 300), LogUnavailableError);
      engine.proxy.resume();
      // The first read may find a connection that has just been cut.
      await readAll(log).catch(() => readAll(log));
    });

    it("goes on after its connection was cut in the middle", async () => {
      const log = await connected();
      await log.append([entry("before")], TIMEOUT);
      const { position } = await readAll(log);
      engine.proxy.cut();
      await (await connected()).append([entry("after")], TIMEOUT);
      const next = await readAll(log, position).catch(() => readAll(log, position));
      assert.deepEqual([next.ids, next.reset], [["after"], false]);
    });

    it("tells no password in its name or its errors", async () => {
      const log = open();
      assert.doesNotMatch(log.name, /secret|test@/);
    });
  });
}

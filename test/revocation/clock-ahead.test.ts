/** A clock that ran ahead by less than an hour, and is then set right: nothing that was revoked comes back. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Revocation, SecureTokenManager } from "../../src/core/index.js";
import { createKeyset } from "../../src/core/keyset.js";
import { RevocationAuthority } from "../../src/revocation/authority.js";
import type { RevocationLog } from "../../src/revocation/log/log.js";
import { openLevelStore } from "../../src/revocation/store/level-store.js";
import { exportEntries, importEntries } from "../../src/server/revocation-files.js";
import { HOUR_MICROS, movableClock, testKey } from "../support/fixed-manager.js";
import { memoryLog } from "../support/memory-log.js";
import { keepReports } from "../support/reports.js";
import { tokenEntry } from "../support/revocation-entries.js";
import { scratchFolder } from "../support/scratch-folder.js";

/** How far the clock is ahead: the token of five minutes looks long expired. */
const AHEAD = HOUR_MICROS - 600_000_000;
const FIVE_MINUTES = 5 / 60;

interface StartOptions {
  readonly log?: RevocationLog;
  readonly withFolder?: boolean;
}

async function setUp(t: TestContext) {
  const clock = movableClock();
  const keyset = createKeyset([await testKey("one")]);
  const issuer = new SecureTokenManager(keyset, { clock });
  const { token } = issuer.generateToken("u", { expiresInHours: FIVE_MINUTES });
  const [planned] = issuer.planRevocations([{ token }]);
  const entry = planned?.revocation as Revocation;
  const folder = scratchFolder();
  /** A server on the folder, with a log or without, or on a log alone. */
  const start = async ({ log, withFolder = true }: StartOptions = {}) => {
    const store = withFolder ? await openLevelStore(folder) : undefined;
    const reporter = keepReports();
    const register = await RevocationAuthority.open({ clock, feedId: "f", reporter, store, log });
    const manager = new SecureTokenManager(keyset, { clock, revocations: register });
    t.after(() => register.close());
    return { register, state: () => manager.introspectToken(token).state };
  };
  return { clock, entry, start };
}

describe("a clock that ran ahead by 50 minutes and is set right", () => {
  it("forgets no entry of the folder at a start", async (t) => {
    const { clock, entry, start } = await setUp(t);
    const first = await start();
    await first.register.revoke([entry]);
    await first.register.close();
    clock.micros += AHEAD;
    const second = await start();
    assert.equal(second.state(), "EXPIRED");
    clock.micros -= AHEAD;
    assert.equal(second.state(), "REVOKED");
    await second.register.close();
    clock.micros += entry.expiresAt - clock.micros + HOUR_MICROS + 1;
    assert.equal((await start()).register.index.size, 0);
  });

  it("passes over no entry of the log", async (t) => {
    const { clock, entry, start } = await setUp(t);
    clock.micros += AHEAD;
    const server = await start({ log: memoryLog(entry).open(), withFolder: false });
    clock.micros -= AHEAD;
    assert.equal(server.state(), "REVOKED");
  });

  it("leaves none out of a log that lacks it", async (t) => {
    const { clock, entry, start } = await setUp(t);
    const first = await start();
    const long = tokenEntry("long expired", { expiresAt: entry.expiresAt - 1_000_000_000 });
    await first.register.revoke([entry, long]);
    await first.register.close();
    const shared = memoryLog();
    const log = shared.open();
    const now = clock.micros;
    const read: RevocationLog["read"] = (position, timeoutMs) => {
      clock.micros = now + AHEAD;
      return log.read(position, timeoutMs);
    };
    await start({ log: { ...log, read } });
    for (let i = 0; i < 100 && shared.held.length === 0; i++) await turn();
    assert.deepEqual(shared.held, [entry]);
  });

  it("leaves none out of an export", async () => {
    const now = Date.now() * 1000;
    const folder = scratchFolder();
    const store = await openLevelStore(folder);
    await store.append([
      tokenEntry("expired", { expiresAt: now - 600_000_000 }),
      tokenEntry("long expired", { expiresAt: now - 2 * HOUR_MICROS }),
    ]);
    await store.close();
    const lines: string[] = [];
    for await (const line of exportEntries(folder)) lines.push(line);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)[1]),
      ["expired"],
    );
    const copy = (async function* () {
      yield* lines;
    })();
    assert.equal(await importEntries(scratchFolder(), copy), 1);
  });
});

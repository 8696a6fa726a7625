/** A primary and its workers: what has been answered holds in each of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Claims, Instant, userKey } from "../../../src/core/index.js";
import { RevocationAuthority } from "../../../src/revocation/authority.js";
import type { FeedEvent } from "../../../src/revocation/register.js";
import { openLevelStore } from "../../../src/revocation/store/level-store.js";
import type { Channel, ToPrimary, ToWorker } from "../../../src/revocation/workers/protocol.js";
import { WorkerLink } from "../../../src/revocation/workers/worker-link.js";
import { WorkerRegister } from "../../../src/revocation/workers/worker-register.js";
import { eventsOf } from "../../support/feed-events.js";
import { keepReports } from "../../support/reports.js";
import { NOON, tokenEntry, userEntry } from "../../support/revocation-entries.js";
import { scratchFolder } from "../../support/scratch-folder.js";

const clock = () => NOON;

/** Claims of a token that an entry of this id hits. */
function claimsOf(tokenId: string): Claims {
  const instant = Instant.fromMicros(NOON);
  return {
    tokenId,
    userId: "u",
    permissions: [],
    issuedAt: instant,
    expiresAt: instant,
    additionalData: {},
    sessionId: tokenId,
    sessionStartedAt: instant,
  };
}

function openAuthority() {
  return RevocationAuthority.open({ clock, feedId: "feed", reporter: keepReports() });
}

/** A worker over a channel that copies its messages, as processes do. */
function startWorker(authority: RevocationAuthority, silenceMs = 5000) {
  let toWorker: (message: ToWorker) => void = () => {};
  let toPrimary: (message: ToPrimary) => void = () => {};
  let gone = () => {};
  const state = { silent: false, ended: false };
  const forPrimary: Channel<ToWorker, ToPrimary> = {
    send(message, sent) {
      const copy = JSON.parse(JSON.stringify(message));
      setImmediate(() => {
        if (!state.silent) toWorker(copy);
        sent?.();
      });
    },
    onMessage(handler) {
      toPrimary = handler;
    },
  };
  const forWorker: Channel<ToPrimary, ToWorker> = {
    send(message) {
      const copy = JSON.parse(JSON.stringify(message));
      setImmediate(() => toPrimary(copy));
    },
    onMessage(handler) {
      toWorker = handler;
    },
  };
  new WorkerLink({
    authority,
    channel: forPrimary,
    gone: new Promise<void>((resolve) => {
      gone = resolve;
    }),
    end() {
      state.ended = true;
      gone();
    },
    silenceMs,
  });
  const register = WorkerRegister.join({
    channel: forWorker,
    clock,
    maxStalenessMs: 10_000,
    keepMicros: 0,
  });
  return { register, state };
}

async function firstEvents(register: WorkerRegister, cursor: string, count: number) {
  const leave = new AbortController();
  const events: FeedEvent[] = [];
  for await (const event of eventsOf(register, cursor, leave.signal)) {
    events.push(event);
    if (events.length === count) leave.abort();
  }
  return events;
}

describe("workers", () => {
  it("know all that was in force before they serve, in the order of arrival", async () => {
    const authority = await openAuthority();
    const entries = Array.from({ length: 2500 }, (_, i) => tokenEntry(`t${i}`));
    await authority.revoke(entries);
    const worker = await startWorker(authority).register;
    assert.ok(entries.every(({ id }) => worker.isRevoked(claimsOf(id))));
    assert.equal(worker.isFresh, true);
    assert.deepEqual(worker.list({ pageSize: 3 }), authority.list({ pageSize: 3 }));
    await authority.close();
  });

  it("hold a revocation, each of them, once it has been answered to one", async () => {
    const authority = await openAuthority();
    const workers = await Promise.all([1, 2, 3].map(() => startWorker(authority).register));
    for (let i = 0; i < 50; i++) {
      const asked = workers[i % 3] as WorkerRegister;
      await asked.revoke([tokenEntry(`t${i}`)]);
      for (const worker of workers) assert.ok(worker.isRevoked(claimsOf(`t${i}`)));
    }
    await authority.close();
  });

  it("hold it also where the same is being revoked at the same time", async () => {
    const authority = await openAuthority();
    const [one, two] = (await Promise.all([1, 2].map(() => startWorker(authority).register))) as [
      WorkerRegister,
      WorkerRegister,
    ];
    const first = one.revoke([tokenEntry("t")]);
    await authority.revoke([tokenEntry("t")]);
    assert.ok(one.isRevoked(claimsOf("t")) && two.isRevoked(claimsOf("t")));
    await first;
    await authority.close();
  });

  it("miss nothing that is revoked while they read the snapshot", async () => {
    const authority = await openAuthority();
    await authority.revoke(Array.from({ length: 5000 }, (_, i) => tokenEntry(`t${i}`)));
    const joining = startWorker(authority);
    for (let i = 0; i < 10; i++) {
      await turn();
      await authority.revoke([tokenEntry(`late${i}`)]);
    }
    const worker = await joining.register;
    for (let i = 0; i < 10; i++) assert.ok(worker.isRevoked(claimsOf(`late${i}`)));
    assert.deepEqual(worker.list({ pageSize: 20 }), authority.list({ pageSize: 20 }));
    assert.equal(joining.state.ended, false);
    await authority.close();
  });

  it("are ended when they confirm nothing, and hold up no answer for good", async () => {
    const authority = await openAuthority();
    const frozen = startWorker(authority, 50);
    const other = await startWorker(authority).register;
    await frozen.register;
    frozen.state.silent = true;
    await authority.revoke([tokenEntry("t")]);
    assert.equal(frozen.state.ended, true);
    assert.ok(other.isRevoked(claimsOf("t")));
    await authority.close();
  });

  it("are not ended for the time in which the whole server was stopped", async () => {
    const authority = await openAuthority();
    const worker = startWorker(authority, 200);
    await worker.register;
    const revoked = authority.revoke([tokenEntry("stopped")]);
    await turn();
    // The confirmation lies in the channel, and the timers of this process are all late.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await revoked;
    assert.equal(worker.state.ended, false);
  });

  it("give cursors that another worker takes", async () => {
    const authority = await openAuthority();
    await authority.revoke([tokenEntry("before")]);
    const one = await startWorker(authority).register;
    const two = await startWorker(authority).register;
    await authority.revoke([tokenEntry("a")]);
    const [, checkpoint] = await firstEvents(one, "", 2);
    assert.ok(checkpoint?.kind === "CHECKPOINT");
    await authority.revoke([userEntry(userKey("b"), NOON)]);
    const [changes] = await firstEvents(two, checkpoint.cursor, 1);
    assert.deepEqual(changes, { kind: "CHANGES", revocations: [userEntry(userKey("b"), NOON)] });
    await authority.close();
  });

  it("refuse all of a call of which the primary cannot take one entry, and do not answer that it is revoked", async () => {
    const authority = await openAuthority();
    const worker = await startWorker(authority).register;
    for (const wrong of [tokenEntry(""), tokenEntry("t", { expiresAt: 0.5 })]) {
      const refused = worker.revoke([tokenEntry("t"), wrong]);
      await assert.rejects(refused, { name: "RevocationNotStoredError" });
    }
    assert.equal(worker.isRevoked(claimsOf("t")), false);
    await worker.revoke([tokenEntry("t")]);
    assert.ok(worker.isRevoked(claimsOf("t")));
    await authority.close();
  });

  it("refuse what the primary could not store", async () => {
    const store = await openLevelStore(scratchFolder());
    const reporter = keepReports();
    const authority = await RevocationAuthority.open({ clock, feedId: "feed", reporter, store });
    // From here on every write fails.
    await store.close();
    const worker = await startWorker(authority).register;
    const refused = worker.revoke([tokenEntry("t")]);
    await assert.rejects(refused, { name: "RevocationNotStoredError" });
    assert.equal(worker.isRevoked(claimsOf("t")), false);
    await authority.close();
  });
});

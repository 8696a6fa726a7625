/** A process that is stopped, as `docker pause` and a laptop's lid do, and goes on. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import { systemClock } from "../../../src/core/index.js";
import { RevocationAuthority } from "../../../src/revocation/authority.js";
import { ANYONE } from "../../../src/server/callers/callers.js";
import { createServer } from "../../../src/server/server.js";
import { ROOT } from "../../support/buf.js";
import { fixedManager } from "../../support/fixed-manager.js";
import { keepReports } from "../../support/reports.js";

/** Checkpoints wait in the socket before the revocation does, and in all more time passes than the program's bound. */
const BEFORE_MS = 2_000;
const BEHIND_MS = 6_000;

it("accepts nothing that was revoked while it was stopped", async () => {
  const clock = systemClock;
  const register = await RevocationAuthority.open({
    clock,
    feedId: "feed",
    reporter: keepReports(),
  });
  const manager = await fixedManager({ clock, revocations: register });
  const logger = pino({ level: "silent" });
  const server = createServer({ manager, register, callers: ANYONE, logger });
  const { port } = await server.listen(0, "127.0.0.1");
  const { token } = manager.generateToken("ann");
  const program = join(ROOT, "test/support/verifying-process.ts");
  const options = ["--import", "tsx", program, `http://127.0.0.1:${port}`, token];
  const child = spawn(process.execPath, options, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, "accepted");
    child.kill("SIGSTOP");
    await pause(BEFORE_MS);
    const planned = manager.planRevocations([{ token }], "stolen");
    await register.revoke(planned.flatMap(({ revocation }) => revocation ?? []));
    await pause(BEHIND_MS);
    child.kill("SIGCONT");
    const told = JSON.parse((await lines.next()).value ?? "{}");
    assert.deepEqual(told, { wasStopped: true, accepted: 0, refusal: "TOKEN_REVOKED" });
  } finally {
    child.kill("SIGKILL");
    await ended;
    await server.close(0);
    await register.close();
  }
});

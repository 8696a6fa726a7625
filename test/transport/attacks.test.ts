/** Every attack for a moment: the attacker is shown out, and the honest client notices nothing. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ATTACKS } from "../attack/all-attacks.js";
import { type Attacker, startAttacker } from "../attack/attacker.js";
import { brokenRules, siege, type Target } from "../attack/siege.js";

const SECONDS = 2;

describe("under attack", () => {
  let server: ChildProcess;
  let target: Target;
  let attacker: Attacker;

  before(async () => {
    const file = fileURLToPath(new URL("../attack/hasty-server-process.ts", import.meta.url));
    server = fork(file, { execArgv: ["--import", "tsx"] });
    attacker = startAttacker();
    target = (await once(server, "message"))[0] as Target;
  });
  after(() => {
    attacker.close();
    server.kill();
  });

  for (const attack of ATTACKS.filter((each) => each.server === undefined)) {
    it(attack.name, async () => {
      const outcome = await siege(attack, target, attacker, SECONDS);
      assert.deepEqual(brokenRules(outcome), []);
    });
  }

  it("nothing happened that nobody foresaw", async () => {
    assert.equal(server.signalCode, null, `the server was ended by ${server.signalCode}`);
    assert.equal(server.exitCode, null, "the server crashed");
    server.send("close");
    const [internalErrors] = (await once(server, "message")) as [string[]];
    assert.deepEqual(internalErrors, []);
  });
});

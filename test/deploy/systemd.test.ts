/** The unit for systemd, as its own tool reads it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { skipWithout } from "../transport/peers/programs.js";

const UNIT = join(ROOT, "deploy/systemd/secure-token.service");
/** Of 10; systemd calls units below 2 "OK". A compiler of JavaScript and an open port cost the rest. */
const MOST_EXPOSED = 1.5;

describe("deploy/systemd/secure-token.service", () => {
  it("leaves the server few rights", {
    skip: skipWithout("systemd-analyze", "Debian: systemd"),
  }, () => {
    const args = ["security", "--offline=true", "--no-pager", "--json=off", UNIT];
    const text = execFileSync("systemd-analyze", args, { encoding: "utf8" });
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(text) ?? [];
    assert.ok(Number(exposure) <= MOST_EXPOSED, text);
  });

  it("is written as systemd has it", {
    skip: skipWithout("systemd-analyze", "Debian: systemd"),
  }, () => {
    // It also looks for the programs, which are where the unit says on the machine that it is for.
    const command = 'systemd-analyze verify --no-pager "$1" 2>&1 || true';
    const text = execFileSync("sh", ["-c", command, "sh", UNIT], { encoding: "utf8" });
    const faults = text.split("\n").filter((line) => /unknown|invalid|failed to parse/i.test(line));
    assert.deepEqual(faults, []);
  });
});

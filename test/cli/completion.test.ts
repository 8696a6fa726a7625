/** Completion scripts, made from the commands; bash runs its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, describe, it } from "node:test";
import { runCommand } from "../support/server-process.js";

describe("secure-token completion", () => {
  let bash: string;
  before(async () => {
    bash = (await runCommand(["completion", "bash"])).stdout;
  });

  /** What bash offers after a line, whose last word is being typed. */
  const offered = (line: string) => {
    const words = `COMP_WORDS=(${line} ''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))`;
    const typed = line.endsWith(" ") ? words : words.replace(" '')", ")");
    const script = `${bash}\n${typed}\n_secure_token\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr, status } = spawnSync("bash", ["-c", script], {
      encoding: "utf8",
      cwd: "/",
    });
    assert.equal(stderr, "");
    assert.equal(status, 0);
    return stdout.split("\n").filter(Boolean);
  };

  it("offers commands, and those of groups", () => {
    assert.ok(offered("secure-token ").includes("generate"));
    assert.deepEqual(offered("secure-token gen"), ["generate-key", "generate-salt", "generate"]);
    assert.deepEqual(offered("secure-token --json callers ro"), ["rotate"]);
    assert.deepEqual(offered("secure-token keys --file x re"), ["retire"]);
  });

  it("offers the options of a command and those of all", () => {
    assert.deepEqual(offered("secure-token generate --exp"), ["--expires-in"]);
    assert.deepEqual(offered("secure-token generate u --ser"), ["--server"]);
    assert.deepEqual(offered("secure-token callers add x --grant-"), [
      "--grant-user",
      "--grant-hours",
    ]);
  });

  it("leaves files to bash after options that take them", () => {
    assert.deepEqual(offered("secure-token callers list --file "), []);
    assert.deepEqual(offered("secure-token --api-key-file "), []);
    const { stdout } = spawnSync("bash", ["-c", `${bash}\ncomplete -p secure-token`], {
      encoding: "utf8",
    });
    assert.match(stdout, /^complete -o default -F _secure_token secure-token$/m);
  });

  it("has a script for zsh and fish, and refuses other shells", async () => {
    assert.match(
      (await runCommand(["completion", "zsh"])).stdout,
      /bashcompinit[\s\S]*complete -o default -F/,
    );
    const fish = (await runCommand(["completion", "fish"])).stdout;
    assert.match(
      fish,
      /^complete -c secure-token -n 'not __fish_seen_subcommand_from .*' -a serve -d /m,
    );
    assert.match(
      fish,
      /^complete -c secure-token -n '__fish_seen_subcommand_from callers; and __fish_seen_subcommand_from add' -l grant -x -d /m,
    );
    assert.equal((await runCommand(["completion", "tcsh"])).code, 2);
  });
});

/** docs/quickstart.md, walked in an empty folder with the package as it is packed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { freePort } from "../support/free-port.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { blocksOf } from "./pages.js";
import { runBlocks } from "./shell-session.js";

/** A folder in which the packed package is installed, and nothing else. */
function installed(): string {
  const npm = (args: readonly string[], cwd: string) =>
    execFileSync("npm", [...args, "--ignore-scripts", "--silent"], { cwd, stdio: "pipe" });
  const packed = scratchFolder();
  npm(["pack", "--pack-destination", packed], ROOT);
  const folder = scratchFolder();
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const options = ["--no-audit", "--no-fund", "--prefer-offline"];
  npm(["install", ...options, join(packed, readdirSync(packed)[0] as string)], folder);
  return folder;
}

describe("docs/quickstart.md", () => {
  it("leads from nothing to a service that refuses a revoked user", async () => {
    const folder = installed();
    const ports = { "8080": await freePort(), "9090": await freePort(), "8090": await freePort() };
    const here = (code: string) =>
      code.replace(/8080|9090|8090/g, (port) => `${ports[port as keyof typeof ports]}`);
    const blocks = blocksOf("docs/quickstart.md").filter(({ notRun }) => notRun === undefined);
    const [service] = blocks.filter(({ language }) => language === "js");
    writeFileSync(join(folder, "notes.mjs"), here(service?.code ?? ""));
    const commands = blocks.filter(({ language }) => language === "sh");
    const { code, printed } = await runBlocks(
      commands.map((block) => here(block.code)),
      folder,
      { PORT: String(ports["8080"]) },
    );
    assert.equal(code, 0, printed.join("\n"));
    const [, start, issue, check, protect, rotate, revoke, look] = printed;
    assert.match(start ?? "", /^ok {6}settings are right/m);
    assert.doesNotMatch(start ?? "", /^error/m);
    assert.match(issue ?? "", /user_123[\s\S]*notes:read/);
    assert.match(check ?? "", /exit code [1-9]/);
    assert.match(protect ?? "", /TOKEN_MISSING[\s\S]*notes of user_123$/m);
    assert.match(rotate ?? "", /user_123/);
    assert.match(revoke ?? "", /TOKEN_INVALID/);
    assert.match(look ?? "", /^secure_token_revocations_live 1$/m);
    assert.match(readFileSync(join(folder, "server.log"), "utf8"), /"rpc":"RevokeTokens"/);
  });
});

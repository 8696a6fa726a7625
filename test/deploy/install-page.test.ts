/** docs/operate/install.md, with systemd: what it makes, a server of another user than root can read. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { blocksOf } from "../docs/pages.js";
import { runBlocks } from "../docs/shell-session.js";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";

/** A user without rights that every machine has, in place of the one that the page makes. */
const USER = "nobody";

/** Why this cannot be tried here; false where it can. */
function obstacle(): string | false {
  if (process.geteuid?.() !== 0) return "only root gives files to another user";
  const seen = spawnSync("runuser", ["-u", USER, "--", "test", "-r", join(ROOT, "package.json")]);
  return seen.status === 0 ? false : `${USER} cannot read this checkout`;
}

describe("docs/operate/install.md", () => {
  it("leaves files that the user of the server can read, and nobody else", {
    skip: obstacle(),
  }, async () => {
    const folder = scratchFolder();
    chmodSync(folder, 0o755);
    for (const name of ["etc", "opt", "bin", "var", "units"]) mkdirSync(join(folder, name));
    symlinkSync(ROOT, join(folder, "opt/secure-token"));
    const group = execFileSync("id", ["-gn", USER], { encoding: "utf8" }).trim();
    const here = (text: string) =>
      text
        .replaceAll("/etc/systemd/system", `${folder}/units`)
        .replaceAll("/etc/secure-token", `${folder}/etc/secure-token`)
        .replaceAll("/var/lib/secure-token", `${folder}/var/secure-token`)
        .replaceAll("/opt/secure-token", `${folder}/opt/secure-token`)
        .replaceAll("/usr/local/bin", `${folder}/bin`)
        .replaceAll("-g secure-token", `-g ${group}`)
        .replace(/(chown|-o|-u) secure-token/g, `$1 ${USER}`);
    const blocks = blocksOf("docs/operate/install.md");
    const [install, check] = blocks
      .filter(({ notRun }) => notRun?.includes("install-page.test.ts"))
      // The package is this checkout; users and units of the machine stay what they are.
      .map(({ code }) => here(code.replace(/^(npm pack|mv package|useradd|systemctl).*\n/gm, "")));
    const settings = blocks.find(({ language }) => language === "ini")?.code ?? "";
    mkdirSync(join(folder, "etc/secure-token"));
    writeFileSync(join(folder, "etc/secure-token/environment"), here(settings));

    const { code, printed } = await runBlocks([`cd ${ROOT}\n${install}`, check ?? ""], folder, {
      PATH: `${folder}/bin:${process.env.PATH}`,
      CERTIFICATE: join(ROOT, "test/support/certs/server.pem"),
      CERTIFICATE_KEY: join(ROOT, "test/support/certs/server.key"),
    });
    assert.equal(code, 0, printed.join(""));
    assert.match(printed[1] ?? "", /^ok {6}CALLERS_FILE holds 1 caller$/m);
    assert.match(printed[1] ?? "", /^ok {6}DATA_DIR can be written$/m);
    assert.doesNotMatch(printed[1] ?? "", /^(warning|error) +(KEYSET|CALLERS|TLS)/m);
    const open = ["-type", "f", "-perm", "/007", "-printf", "%f\n"];
    const found = execFileSync("find", [folder, ...open], { encoding: "utf8" });
    assert.deepEqual(found.trim().split("\n").sort(), [
      "environment",
      "secure-token.service",
      "tls.crt",
    ]);
  });
});

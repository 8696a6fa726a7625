/** The run-books' commands do what is said of them, to a server as they would find it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { createSecureTokenClient, type SecureTokenClient } from "../../src/client/node.js";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN, runCommand, type ServerProcess, startServer } from "../support/server-process.js";
import { eventually } from "../support/worker-lines.js";

const TEXT = readFileSync(join(ROOT, "docs/operate/runbooks.md"), "utf8");
const BLOCKS = [...TEXT.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
const folder = scratchFolder();
const files = {
  KEYSET_FILE: join(folder, "keys.json"),
  CALLERS_FILE: join(folder, "callers.json"),
  DATA_DIR: scratchFolder(),
};
let server: ServerProcess;
let adminKey: string;
let admin: SecureTokenClient;

/** Runs the next block of the page, as a shell does in which `secure-token` is installed. */
async function runNext(env: Record<string, string> = {}): Promise<string> {
  const code = BLOCKS.shift();
  assert.ok(code, "the page has fewer blocks than are tried here");
  const command = `secure-token() { "${process.execPath}" "${MAIN}" "$@"; }\n${code}`;
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", command], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? "",
      SERVER: server.url,
      SECURE_TOKEN_API_KEY: adminKey,
      ...files,
      ...env,
    },
  });
  return stdout;
}

async function addCaller(name: string, ...options: string[]): Promise<string> {
  const args = ["callers", "add", name, "--file", files.CALLERS_FILE, ...options];
  const { code, stdout, output } = await runCommand(args);
  assert.equal(code, 0, output);
  return stdout.trim();
}

async function stateOf(token: string): Promise<string> {
  return (await admin.introspectToken(token)).state;
}

describe("docs/operate/runbooks.md", () => {
  before(async () => {
    await runCommand(["keys", "init", "--file", files.KEYSET_FILE, "--iterations", "100000"]);
    const roles = ["--role", "admin,issuer", "--grant", "*", "--revoke-everything"];
    adminKey = await addCaller("admin", ...roles);
    server = await startServer({ ...files, PBKDF2_ITERATIONS: "" });
    admin = createSecureTokenClient({ baseUrl: server.url, apiKey: adminKey });
  });
  after(async () => {
    admin.close();
    await server.end("SIGKILL");
  });

  it("a key: ends every token of it, and new ones are made with another", async () => {
    const { token, keyId } = await admin.generateToken("ada");
    assert.match(await runNext(), new RegExp(keyId));
    await runNext({ LEAKED_KEY_ID: keyId });
    await eventually(async () => (await stateOf(token)) === "INVALID");
    assert.notEqual((await admin.generateToken("ada")).keyId, keyId);
  });

  it("an API key: ends, with another one in its place, and what was issued is taken back", async () => {
    const oldKey = await addCaller("login", "--role", "issuer", "--grant", "read");
    const login = (apiKey: string) => createSecureTokenClient({ baseUrl: server.url, apiKey });
    const mayCall = async (apiKey: string) => {
      const client = login(apiKey);
      const call = client.generateToken("ada");
      return call
        .then(() => true)
        .catch(() => false)
        .finally(() => client.close());
    };
    await eventually(() => mayCall(oldKey));
    const newKey = (await runNext()).trim();
    await eventually(() => mayCall(newKey));
    assert.ok(await mayCall(oldKey));
    await runNext();
    await eventually(async () => !(await mayCall(oldKey)));
    assert.ok(await mayCall(newKey));
    const [one, other] = [await admin.generateToken("ada"), await admin.generateToken("bob")];
    await runNext({ TOKEN_ID: one.tokenId, USER_ID: "bob" });
    for (const { token } of [one, other]) assert.equal(await stateOf(token), "REVOKED");
  });

  it("a token: its session, its user, and everything", async () => {
    const [known, shown] = [await admin.generateToken("ada"), await admin.generateToken("cy")];
    const TOKEN_FILE = join(folder, "token");
    writeFileSync(TOKEN_FILE, shown.token);
    const told = await runNext({ SESSION_ID: known.sessionId, TOKEN_FILE });
    assert.equal(await stateOf(known.token), "REVOKED");
    assert.match(told, new RegExp(shown.sessionId));
    await runNext({ USER_ID: "cy" });
    assert.equal(await stateOf(shown.token), "REVOKED");
    const last = await admin.generateToken("dee");
    // The block takes the present in whole seconds.
    await eventually(async () => Date.now() >= 1000 * (last.issuedAt.seconds + 1));
    await runNext();
    assert.equal(await stateOf(last.token), "REVOKED");
  });

  it("a DATA_DIR: what one holds is taken over into another", async () => {
    await server.end();
    const NEW_DATA_DIR = scratchFolder();
    const EXPORTED = join(folder, "exported");
    await runNext({ COPY_OF_DATA_DIR: files.DATA_DIR, NEW_DATA_DIR, EXPORTED });
    assert.ok(readFileSync(EXPORTED, "utf8").split("\n").length > 4);
    const { stdout } = await runCommand(["revocations", "export", "--data-dir", NEW_DATA_DIR]);
    assert.deepEqual(stdout.split("\n").sort(), readFileSync(EXPORTED, "utf8").split("\n").sort());
  });

  it("a certificate: the configuration is read as the server would", async () => {
    assert.match(await runNext(), /KEYSET_FILE|keyset/i);
    assert.deepEqual(BLOCKS, []);
  });
});

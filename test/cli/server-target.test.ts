/** `--server`: private authorities, client certificates, credentials, and why a server is not asked. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { UNREACHABLE_URL } from "../support/http-server.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";

const certs = (name: string) => join(ROOT, "test/support/certs", name);
const CA = ["--ca", certs("ca.pem")];

describe("secure-token --server", () => {
  let clear: ServerProcess;
  let tls: ServerProcess;
  let key: string;
  let gateway: string;
  const ask = (server: string, args: string[] = [], env: Record<string, string> = {}) =>
    runCommand(["--server", server, ...args, "export-config"], env);

  before(async () => {
    const path = join(scratchFolder(), "callers.json");
    const file = ["--file", path];
    key = (await runCommand(["callers", "add", "one", "--role", "admin", ...file])).stdout.trim();
    const door = await runCommand([
      "callers",
      "add",
      "door",
      "--rpc",
      "ExtAuthz,ForwardAuth",
      ...file,
    ]);
    gateway = door.stdout.trim();
    const spiffe = ["--spiffe", "spiffe://example.org/admin"];
    await runCommand(["callers", "add", "two", "--role", "admin", ...spiffe, ...file]);
    clear = await startServer();
    tls = await startServer({
      CALLERS_FILE: path,
      TLS_CERT_FILE: certs("server.pem"),
      TLS_KEY_FILE: certs("server.key"),
      TLS_CLIENT_CA_FILE: certs("ca.pem"),
    });
  });
  after(() => Promise.all([clear.end(), tls.end()]));

  it("takes a private authority and an API key, from a file too", async () => {
    const env = { SECURE_TOKEN_API_KEY: key };
    assert.equal((await ask(tls.url, CA, env)).code, 0);
    const path = join(scratchFolder(), "key");
    writeFileSync(path, `${key}\n`);
    assert.equal((await ask(tls.url, [...CA, "--api-key-file", path])).code, 0);
  });

  it("shows a client certificate", async () => {
    const mtls = ["--cert", certs("admin.pem"), "--key", certs("admin.key")];
    const { code, output } = await ask(tls.url, [...CA, ...mtls]);
    assert.equal(code, 0, output);
  });

  it("takes host:port, http:// on loopback", async () => {
    assert.equal((await ask(`127.0.0.1:${clear.port}`)).code, 0);
  });

  const failures: [string, () => [string, string[], Record<string, string>], RegExp][] = [
    ["no credential", () => [tls.url, CA, {}], /asks for a credential: set SECURE_TOKEN_API_KEY/],
    [
      "an empty credential",
      () => [tls.url, CA, { SECURE_TOKEN_API_KEY: "" }],
      /asks for a credential: set SECURE_TOKEN_API_KEY/,
    ],
    [
      "a wrong key",
      () => [tls.url, CA, { SECURE_TOKEN_API_KEY: "stk_wrong" }],
      /does not know the API key of SECURE_TOKEN_API_KEY/,
    ],
    [
      "a caller's row",
      () => [tls.url, CA, { SECURE_TOKEN_API_KEY: gateway }],
      /the caller may not call ExportConfig: the row door of the server's callers file allows ExtAuthz, ForwardAuth$/m,
    ],
    [
      "a certificate of nobody",
      () => [
        tls.url,
        [...CA, "--cert", certs("dns-client.pem"), "--key", certs("dns-client.key")],
        {},
      ],
      /knows no caller by the certificate of --cert/,
    ],
    ["an unknown authority", () => [tls.url, [], {}], /not signed by an authority .* --ca/],
    [
      "TLS where there is none",
      () => [clear.url.replace("http:", "https:"), [], {}],
      /does not speak TLS: is its address http:/,
    ],
    [
      "no TLS where there is",
      () => [tls.url.replace("https:", "http:"), [], {}],
      /closed the connection: does it speak TLS\? Then its address is https:/,
    ],
  ];
  for (const [what, target, message] of failures) {
    it(`says what is wrong with ${what}`, async () => {
      const { code, output } = await ask(...target());
      assert.equal(code, 1);
      assert.match(output, message);
      assert.doesNotMatch(output, /\[internal\]|SSL routines|stk_wrong/);
    });
  }

  const locked = join(scratchFolder(), "locked.key");
  const broken = join(scratchFolder(), "broken.pem");
  writeFileSync(
    locked,
    createPrivateKey(readFileSync(certs("admin.key"))).export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "sesame",
    }),
  );
  writeFileSync(broken, readFileSync(certs("ca.pem")).subarray(0, 200));
  const pair = (cert: string, keyFile: string) => ["--cert", cert, "--key", keyFile];
  const files: [string, string[], RegExp][] = [
    ["a key with a passphrase", pair(certs("admin.pem"), locked), /^--key holds a key with a pass/],
    [
      "the key of another certificate",
      pair(certs("admin.pem"), certs("server.key")),
      /^--key holds the key of another certificate than --cert$/,
    ],
    [
      "both swapped",
      pair(certs("admin.key"), certs("admin.pem")),
      /^--cert holds a private key .* swapped with --key\?; --key holds a certificate .* --cert\?$/,
    ],
    [
      "an authority that is a key",
      ["--ca", certs("server.key")],
      /^--ca holds a private key and no/,
    ],
    ["an authority cut short", ["--ca", broken], /^--ca: a -----BEGIN has no -----END/],
    ["an empty authority", ["--ca", "/dev/null"], /^--ca is empty$/],
    ["an authority without end", ["--ca", "/dev/zero"], /^--ca \/dev\/zero is larger than/],
    ["a folder", ["--api-key-file", "/"], /^--api-key-file \/ cannot be read \(EISDIR\)$/],
    ["an empty API key", ["--api-key-file", "/dev/null"], /^--api-key-file \/dev\/null is empty$/],
    [
      "a certificate as API key",
      ["--api-key-file", certs("ca.pem")],
      /^--api-key-file .* must consist of .* visible ASCII/,
    ],
  ];
  for (const [what, args, message] of files) {
    it(`names the option for ${what}, in one line without OpenSSL's words`, async () => {
      const { code, output } = await ask(tls.url, args);
      assert.equal(code, 2);
      assert.match(output.trimEnd(), message);
      assert.equal(output.trimEnd().split("\n").length, 1);
      assert.doesNotMatch(output, /ERR_|error:|sesame/);
    });
  }

  it("names SECURE_TOKEN_API_KEY where that is no API key, and does not quote it", async () => {
    const { code, output } = await ask(tls.url, CA, { SECURE_TOKEN_API_KEY: "stk_a b" });
    assert.equal(code, 2);
    assert.match(output, /^SECURE_TOKEN_API_KEY must consist of .* visible ASCII/);
    assert.doesNotMatch(output, /stk_a/);
  });

  it("says that nothing listens, with the code for programs", async () => {
    const url = UNREACHABLE_URL;
    assert.match((await ask(url)).output, /nothing listens there/);
    const { output } = await runCommand(["--json", "--server", url, "validate", "x"]);
    const { error } = JSON.parse(output);
    assert.equal(error.code, "unavailable");
    assert.equal(error.message, `${url}: nothing listens there`);
  });

  it("sends no API key in the clear beyond loopback, unless it is told to", async () => {
    const env = { SECURE_TOKEN_API_KEY: "stk_key" };
    const refused = await ask("http://tokens.invalid:1", [], env);
    assert.equal(refused.code, 2);
    assert.match(refused.output, /API key would go to http:\/\/tokens.invalid:1 in the clear/);
    const asked = await ask("http://tokens.invalid:1", ["--allow-plaintext"], env);
    assert.match(asked.output, /cannot be resolved|cannot be reached/);
    assert.equal((await ask(clear.url, [], env)).code, 0);
  });
});

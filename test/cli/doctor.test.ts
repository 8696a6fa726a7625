/** `config check` and `doctor`: thirty faults, each with its sentence, code 78, and no secret. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { certificateFindings } from "../../src/server/checkup/certificates.js";
import { revocationListFindings } from "../../src/server/checkup/revocation-lists.js";
import { formatKeysetFile } from "../../src/server/keyset-file.js";
import { ROOT } from "../support/buf.js";
import { freePort } from "../support/free-port.js";
import { fileKey } from "../support/keyset-file.js";
import { skipWithoutRedis, startRedis } from "../support/redis.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, startServer } from "../support/server-process.js";

const SECRET = "Doctor@Secret2026x";
const KEY = { SECRET_KEY: SECRET, SALT: "Doctor salt of 16+", PBKDF2_ITERATIONS: "100000" };
const certs = (name: string) => join(ROOT, "test/support/certs", name);
const pem = (name: string) => readFileSync(certs(name), "utf8");
const keyset = formatKeysetFile([await fileKey("doctor")]);
const row = { name: "a", rpcs: ["ValidateToken"], api_keys: [{ sha256: "0".repeat(64) }] };
const locked = createPrivateKey(pem("server.key")).export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: SECRET,
});

/** A folder to work in: its files by name, with mode 0600 unless another is said. */
function folder(files: Record<string, string | [string, number]>): string {
  const made = scratchFolder();
  for (const [name, entry] of Object.entries(files)) {
    const [text, mode] = typeof entry === "string" ? [entry, 0o600] : entry;
    writeFileSync(join(made, name), text);
    chmodSync(join(made, name), mode);
  }
  return made;
}
const tls = { TLS_CERT_FILE: "cert.pem", TLS_KEY_FILE: "key.pem" };
const pair = { "cert.pem": pem("server.pem"), "key.pem": pem("server.key") };
type Files = Parameters<typeof folder>[0];

const faults: [string, Record<string, string>, Files, RegExp][] = [
  ["a short key", { SECRET_KEY: "Sh0rt@" }, {}, /SECRET_KEY must be at least 16 characters/],
  [
    "a key without digit",
    { SECRET_KEY: "DoctorSecret@Secret" },
    {},
    /SECRET_KEY must contain .*number/,
  ],
  ["a short salt", { SALT: "short" }, {}, /SALT must be at least 16 bytes/],
  ["a salt that is no base64", { SALT: "base64:???" }, {}, /SALT must be padded base64/],
  [
    "hours that are no number",
    { DEFAULT_EXPIRATION_HOURS: "1h" },
    {},
    /DEFAULT_EXPIRATION_HOURS must/,
  ],
  ["too long sessions", { MAX_SESSION_HOURS: "99999" }, {}, /MAX_SESSION_HOURS must be .* at most/],
  ["few iterations", { PBKDF2_ITERATIONS: "1000" }, {}, /PBKDF2_ITERATIONS must be a whole number/],
  ["an unknown level", { LOG_LEVEL: "loud" }, {}, /LOG_LEVEL must be one of debug/],
  ["conda's HOST", { HOST: "x86_64-conda-linux-gnu" }, {}, /HOST is "x86_64.*conda/],
  ["Kubernetes' PORT", { PORT: "tcp://10.0.0.1:80" }, {}, /PORT is "tcp:.*enableServiceLinks/],
  ["workers by word", { WORKERS: "auto" }, {}, /WORKERS must be a whole number from 1/],
  ["a switch by word", { REFLECTION: "yes" }, {}, /REFLECTION must be on or off/],
  ["an origin with a path", { CORS_ORIGINS: "https://a.example/x" }, {}, /CORS_ORIGINS must/],
  [
    "no TLS beyond loopback",
    { HOST: "0.0.0.0" },
    {},
    /TLS_CERT_FILE must be set, or ALLOW_PLAINTEXT/,
  ],
  ["no callers, not allowed", { ALLOW_ANONYMOUS: "off" }, {}, /CALLERS_FILE must be set, because/],
  ["a key beside a keyset", { KEYSET_FILE: "keys.json" }, {}, /SECRET_KEY must not be set beside/],
  ["a certificate without key", { TLS_CERT_FILE: "c.pem" }, {}, /TLS_KEY_FILE must be set with/],
  ["no callers file", { CALLERS_FILE: "none.json" }, {}, /CALLERS_FILE cannot be used: ENOENT/],
  [
    "a callers file that all may write",
    { CALLERS_FILE: "c.json" },
    { "c.json": ['{"callers":[]}', 0o666] },
    /CALLERS_FILE can be written by every user/,
  ],
  [
    "a misspelt grant",
    { CALLERS_FILE: "c.json" },
    { "c.json": JSON.stringify({ callers: [{ ...row, grant: {} }] }) },
    /CALLERS_FILE callers\[0\]\.grant is not known: did you mean grants\?/,
  ],
  [
    "a name twice",
    { CALLERS_FILE: "c.json" },
    { "c.json": '{"callers":[{"name":"a","rpcs":[],"rpcs":[]}]}' },
    /CALLERS_FILE holds callers\[0\]\.rpcs twice/,
  ],
  [
    "swapped TLS files",
    { TLS_CERT_FILE: "key.pem", TLS_KEY_FILE: "cert.pem" },
    pair,
    /swapped with/,
  ],
  ["a passphrase", tls, { ...pair, "key.pem": String(locked) }, /TLS_KEY_FILE .*passphrase/],
  ["another's key", tls, { ...pair, "key.pem": pem("admin.key") }, /key of another certificate/],
  [
    "an empty authority",
    { ...tls, TLS_CLIENT_CA_FILE: "ca" },
    { ...pair, ca: "" },
    /CA_FILE is empty/,
  ],
  [
    "half a certificate",
    tls,
    { ...pair, "cert.pem": pem("server.pem").slice(0, 200) },
    /no -----END/,
  ],
  [
    "a keyset that all may read",
    { KEYSET_FILE: "k.json", SECRET_KEY: "", SALT: "" },
    { "k.json": [keyset, 0o644] },
    /KEYSET_FILE must have mode 0600/,
  ],
  [
    "a keyset with a wrong id",
    { KEYSET_FILE: "k.json", SECRET_KEY: "", SALT: "" },
    { "k.json": keyset.replace(/"key_id": "[0-9a-f]{4}/, '"key_id": "0000') },
    /KEYSET_FILE keys\[0\]\.key_id must be [0-9a-f]{16}, that of its key/,
  ],
  [
    "a # in .env",
    { SECRET_KEY: "" },
    { ".env": `SECRET_KEY=${SECRET}#x` },
    /\.env line 1: SECRET_KEY/,
  ],
  ["nonsense in .env", {}, { ".env": `A=1\n${SECRET}` }, /\.env line 2 is not NAME=value/],
];

describe("a faulty configuration", () => {
  assert.equal(faults.length, 30);
  for (const [i, [what, env, files, sentence]] of faults.entries()) {
    // Both examine a configuration with the same function.
    const command = i % 2 === 0 ? ["config", "check"] : ["doctor"];
    it(`is told by ${command.join(" ")} in a sentence: ${what}`, async () => {
      const settings = { ...KEY, PORT: "0", ...env };
      const { code, output } = await runCommand(command, settings, { cwd: folder(files) });
      assert.match(output, new RegExp(`^error {3}.*${sentence.source}`, "m"));
      assert.equal(code, 78, output);
      assert.ok(!output.includes("Secret2026") && !output.includes("salt of 16"), output);
    });
  }
});

describe("secure-token config check", () => {
  it("ends with 0 for a configuration that works, and tells of what should be known", async () => {
    const files = { ...pair, "c.json": JSON.stringify({ callers: [row] }) };
    const env = { ...KEY, ...tls, CALLERS_FILE: "c.json", SECRET_KEYS: "x" };
    const checked = await runCommand(["config", "check"], env, { cwd: folder(files) });
    assert.equal(checked.code, 0, checked.output);
    assert.match(checked.output, /^ok {6}TLS_CERT_FILE: certificate 1 is valid for \d+ days yet$/m);
    assert.match(checked.output, /^ok {6}CALLERS_FILE holds 1 caller$/m);
    assert.match(checked.output, /^warning PBKDF2_ITERATIONS is 100000: fewer than 600000/m);
    assert.doesNotMatch(checked.output, /error/);
    const bare = await runCommand(["--json", "config", "check"], {});
    const { ok, findings } = JSON.parse(bare.stdout);
    assert.equal(ok, true);
    const warnings = findings.filter(({ level }: { level: string }) => level === "warning");
    assert.equal(warnings.length, 3, "an ephemeral key, anonymous callers, no DATA_DIR");
  });

  it("tells every faulty file at once", async () => {
    const files = { "c.json": "{", "key.pem": "", "cert.pem": "" };
    const env = { ...KEY, ...tls, CALLERS_FILE: "c.json" };
    const { output } = await runCommand(["config", "check"], env, { cwd: folder(files) });
    assert.equal(output.match(/^error/gm)?.length, 3);
  });

  it("knows when a certificate is not valid yet, ends soon, or has ended", () => {
    const text = pem("server.pem");
    const at = (date: string) => certificateFindings("TLS_CERT_FILE", text, Date.parse(date))[0];
    assert.match(
      at("1999-01-01")?.message ?? "",
      /^TLS_CERT_FILE: certificate 1 is not valid before/,
    );
    assert.equal(at("2030-01-01")?.level, "ok");
    assert.match(at("2300-01-01")?.message ?? "", /has expired on \d{4}.*: renew it$/);
    const end = Date.parse(/expired on (\S+):/.exec(at("2300-01-01")?.message ?? "")?.[1] ?? "");
    const [soon] = certificateFindings("TLS_CERT_FILE", text, end - 3 * 86_400_000);
    assert.deepEqual(soon, {
      level: "warning",
      message: "TLS_CERT_FILE: certificate 1 is valid for 3 days yet: renew it",
    });
  });

  it("knows when a list of revoked certificates does not hold yet, ends soon, or has ended", () => {
    const setting = "TLS_CLIENT_CRL_FILE";
    const text = `the first\n${pem("lapsed.crl.pem")}${pem("empty.crl.pem")}`;
    const at = (date: string) => revocationListFindings(setting, text, Date.parse(date));
    const which = `${setting}: revocation list 1`;
    const effect = "no client of its authority is known by its certificate";
    const until = "until 2020-01-31T00:00:00.000Z";
    const [future] = at("2019-12-31");
    assert.deepEqual(future, {
      level: "error",
      message: `${which} holds from 2020-01-01T00:00:00.000Z on: until then ${effect}`,
    });
    assert.deepEqual(at("2020-01-30")[0], { level: "ok", message: `${which} holds ${until}` });
    assert.deepEqual(at("2020-01-30T12:00:01Z")[0], {
      level: "warning",
      message: `${which} holds ${until}: renew it`,
    });
    assert.deepEqual(at("2050-01-01"), [
      { level: "error", message: `${which} has held ${until}: renew it, ${effect}` },
      {
        level: "ok",
        message: `${setting}: revocation list 2 holds until 2126-11-02T02:15:07.000Z`,
      },
    ]);
  });

  it("finds a list that has ended where `config check` reads it", async () => {
    const cwd = folder({
      ...pair,
      "ca.pem": pem("lapsed-ca.pem"),
      "crl.pem": pem("lapsed.crl.pem"),
    });
    const env = {
      ...KEY,
      TLS_CERT_FILE: join(cwd, "cert.pem"),
      TLS_KEY_FILE: join(cwd, "key.pem"),
      TLS_CLIENT_CA_FILE: join(cwd, "ca.pem"),
      TLS_CLIENT_CRL_FILE: join(cwd, "crl.pem"),
    };
    const { code, output } = await runCommand(["config", "check"], env);
    assert.equal(code, 78, output);
    assert.match(
      output,
      /^error {3}TLS_CLIENT_CRL_FILE: revocation list 1 has held until 2020-01-31/m,
    );
  });
});

describe("secure-token doctor", () => {
  it("lets a running server take a token of its own making", async () => {
    const server = await startServer(KEY);
    const { code, output } = await runCommand(["doctor"], { ...KEY, PORT: String(server.port) });
    await server.end();
    assert.equal(code, 0, output);
    assert.match(output, /^ok {6}HOST 127\.0\.0\.1, PORT \d+ is in use/m);
    assert.match(
      output,
      /^ok {6}http:\/\/127\.0\.0\.1:\d+ takes a token that is made here with key/m,
    );
    assert.match(output, /^ok {6}the server's clock agrees/m);
  });

  it("finds a server that works with other keys", async () => {
    const server = await startServer({ ...KEY, SALT: "another salt of 16" });
    const { code, output } = await runCommand(["doctor", "--server", server.url], KEY);
    await server.end();
    assert.equal(code, 1);
    assert.match(output, /^error {3}.* lacks the key [0-9a-f]{16} of this configuration/m);
  });

  it("says what else holds the port, and that nobody answers", async () => {
    const other = createServer((socket) => socket.end("no HTTP\r\n"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const held = await runCommand(["doctor"], { ...KEY, PORT: String(port) });
    other.close();
    assert.equal(held.code, 1);
    assert.match(held.output, new RegExp(`^error {3}http://127.0.0.1:${port}: `, "m"));
    const free = await runCommand(["doctor"], { ...KEY, PORT: String(port) });
    assert.equal(free.code, 0, free.output);
    assert.match(free.output, /^warning no server runs there to be asked$/m);
    const beyond = await runCommand(["doctor"], {
      ...KEY,
      HOST: "192.0.2.1",
      ALLOW_ANONYMOUS: "on",
      REVOCATIONS: "off",
      ALLOW_PLAINTEXT: "on",
    });
    assert.match(
      beyond.output,
      /^error {3}HOST 192\.0\.2\.1, .*the host is no address of this machine/m,
    );
  });

  it("says that another program holds METRICS_PORT, which ends `serve`", async () => {
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const env = { ...KEY, PORT: String(await freePort()), METRICS_PORT: String(port) };
    const held = await runCommand(["doctor"], env);
    const serve = await runCommand(["serve"], env);
    other.close();
    assert.equal(held.code, 1, held.output);
    assert.match(
      held.output,
      /^error {3}METRICS_HOST 127\.0\.0\.1, METRICS_PORT \d+ is in use by another program/m,
    );
    assert.equal(serve.code, 78, serve.output);
    const free = await runCommand(["doctor"], env);
    assert.equal(free.code, 0, free.output);
    assert.match(free.output, /^ok {6}METRICS_HOST .*, METRICS_PORT \d+ can be listened on$/m);
  });

  it("takes a METRICS_PORT for the running server's own", async () => {
    const env = { ...KEY, METRICS_PORT: String(await freePort()) };
    const server = await startServer(env);
    const { code, output } = await runCommand(["doctor"], { ...env, PORT: String(server.port) });
    await server.end();
    assert.equal(code, 0, output);
    assert.match(output, /^ok {6}METRICS_HOST .*, METRICS_PORT \d+ is in use$/m);
  });

  it("does not ask a server that would cut it for want of a header of the PROXY protocol", async () => {
    const proxied = { ...KEY, TRUSTED_PROXIES: "loopback", PROXY_PROTOCOL: "v2" };
    const server = await startServer(proxied);
    const env = { ...proxied, PORT: String(server.port) };
    for (const options of [[], ["--server", server.url]]) {
      const { code, output } = await runCommand([...options, "doctor"], env);
      assert.equal(code, 0, output);
      assert.match(
        output,
        /^warning the server was not asked: with PROXY_PROTOCOL .*METRICS_PORT/m,
      );
      assert.doesNotMatch(output, /TLS\?/);
    }
    await server.end();
    assert.doesNotMatch(server.output(), /connection cut/);
  });

  it("asks a server whose proxies are elsewhere", async () => {
    const proxied = { ...KEY, TRUSTED_PROXIES: "10.0.0.0/8", PROXY_PROTOCOL: "v2" };
    const server = await startServer(proxied);
    const { output } = await runCommand(["doctor"], { ...proxied, PORT: String(server.port) });
    await server.end();
    assert.match(output, /^ok {6}http.* answers; its keys are/m);
  });

  it("asks the log of revocations, and shows no password", {
    skip: skipWithoutRedis(),
  }, async () => {
    const redis = await startRedis();
    const env = { ...KEY, PORT: "0", DATA_DIR: scratchFolder() };
    const up = await runCommand(["doctor"], { ...env, REVOCATION_LOG: redis.url });
    assert.equal(up.code, 0, up.output);
    assert.match(up.output, /^ok {6}REVOCATION_LOG redis:.* answers$/m);
    assert.match(up.output, /^ok {6}DATA_DIR can be written$/m);
    await redis.close();
    const url = `redis://user:${encodeURIComponent(SECRET)}@127.0.0.1:${redis.port}`;
    const down = await runCommand(["doctor"], { ...env, REVOCATION_LOG: url });
    assert.equal(down.code, 1, down.output);
    assert.match(down.output, /^error {3}REVOCATION_LOG cannot be used: /m);
    assert.doesNotMatch(down.output, /Secret2026/);
  });

  it("refuses the URL of a log in the server's words, and asks nothing of it", async () => {
    const password = encodeURIComponent(SECRET);
    for (const url of [
      `postgres://user:/${SECRET}@127.0.0.1/app`,
      `postgres://user:${password}@127.0.0.1/app?sslrootcert=nowhere.pem`,
      `redis://user:${password}@127.0.0.1:0`,
      `redis://user:${password}@127.0.0.1,127.0.0.2`,
    ]) {
      const env = { ...KEY, PORT: "0", DATA_DIR: scratchFolder(), REVOCATION_LOG: url };
      const serve = await runCommand(["serve"], env);
      assert.equal(serve.code, 78, serve.output);
      const [told] = /REVOCATION_LOG [^"\n]+/.exec(serve.output) ?? [];
      for (const command of [["config", "check"], ["doctor"]]) {
        const { code, output } = await runCommand(command, env);
        assert.equal(code, 78, output);
        assert.deepEqual(output.match(/(?<=^error {3}).*$/gm), [told]);
        assert.doesNotMatch(output, /Secret2026/);
      }
    }
  });

  it("takes and refuses a DATA_DIR as the server does", async () => {
    const at = folder({ file: "" });
    for (const name of ["open/revocations", "whole", "linked/revocations"]) {
      mkdirSync(join(at, name), { recursive: true });
    }
    chmodSync(join(at, "open/revocations"), 0o777);
    writeFileSync(join(at, "whole/revocations"), "");
    symlinkSync(join(at, "file"), join(at, "linked/revocations/LOG"));
    const rows: readonly (readonly [string, number, RegExp])[] = [
      ["new/of/several", 0, /^ok {6}DATA_DIR can be written, and is made at the first start$/m],
      ["open", 78, /^error {3}DATA_DIR: .*revocations can be written by every user: chmod o-w$/m],
      ["whole", 78, /^error {3}DATA_DIR: .*revocations is not a folder$/m],
      ["linked", 78, /^error {3}DATA_DIR: .*LOG is not a regular file$/m],
    ];
    for (const [dataDir, expected, text] of rows) {
      const env = { ...KEY, DATA_DIR: join(at, dataDir), PORT: "0" };
      const check = await runCommand(["config", "check"], env, { cwd: at });
      assert.equal(check.code, expected, check.output);
      assert.match(check.output, text);
      if (expected === 0) continue;
      const serve = await runCommand(["serve"], env, { cwd: at });
      assert.equal(serve.code, expected, dataDir);
    }
  });

  it("says of a DATA_DIR that it is no folder", async () => {
    const options = { cwd: folder({ data: "" }) };
    const { code, output } = await runCommand(
      ["config", "check"],
      { ...KEY, DATA_DIR: "data" },
      options,
    );
    assert.equal(code, 78);
    assert.match(output, /^error {3}DATA_DIR is not a folder$/m);
  });
});

/** TLS files that do not work: the right setting is named, in plain words. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { tlsSource } from "../../src/server/files.js";
import { tlsFaults } from "../../src/server/tls-material.js";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";

const pem = (name: string) => readFileSync(join(ROOT, "test/support/certs", name), "utf8");
const CERT = pem("server.pem");
const KEY = pem("server.key");
const CA = pem("ca.pem");
const locked = (type: "pkcs8" | "sec1") =>
  createPrivateKey(KEY).export({
    type,
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "sesame",
  }) as string;
const half = (text: string) => text.slice(0, text.length / 2);
/** A block whose base64 is that of another text. */
const garbled = (text: string) => text.replace(/\n[A-Za-z0-9+/]{8}/, "\nAAAAAAAA");

describe("tlsFaults", () => {
  it("has nothing against files that fit each other", () => {
    assert.deepEqual(tlsFaults({ cert: CERT, key: KEY, clientCa: CA }), []);
    assert.deepEqual(tlsFaults({ cert: `Server:\n${CERT}\r\n${CA}`, key: `${KEY}${CERT}` }), []);
  });

  const wrong: [string, Partial<{ cert: string; key: string; clientCa: string }>, RegExp][] = [
    ["a key with a passphrase", { key: locked("pkcs8") }, /^TLS_KEY_FILE .* passphrase.*openssl/],
    ["an old key with one", { key: locked("sec1") }, /^TLS_KEY_FILE .* passphrase/],
    [
      "another certificate's key",
      { key: pem("admin.key") },
      /^TLS_KEY_FILE .* another certificate/,
    ],
    ["an authority's before its own", { cert: `${CA}${CERT}` }, /^TLS_CERT_FILE must begin with/],
    ["an empty certificate", { cert: "" }, /^TLS_CERT_FILE is empty$/],
    ["an empty key", { key: "\n" }, /^TLS_KEY_FILE is empty$/],
    ["no authority", { clientCa: "" }, /^TLS_CLIENT_CA_FILE is empty$/],
    [
      "an authority that is a key",
      { clientCa: KEY },
      /^TLS_CLIENT_CA_FILE holds a private key and no/,
    ],
    [
      "a server's certificate for its authority's",
      { clientCa: CERT },
      /^TLS_CLIENT_CA_FILE holds no root authority/,
    ],
    ["DER", { cert: "0\u0082\u0001" }, /^TLS_CERT_FILE is not PEM/],
    ["UTF-16", { cert: Buffer.from(CERT, "utf16le").toString() }, /^TLS_CERT_FILE is UTF-16: save/],
    ["half a certificate", { cert: half(CERT) }, /^TLS_CERT_FILE: a -----BEGIN has no -----END/],
    ["half an authority", { clientCa: CA + half(CA) }, /^TLS_CLIENT_CA_FILE: a -----BEGIN/],
    ["a garbled certificate", { cert: garbled(CERT) }, /^TLS_CERT_FILE: certificate 1 cannot/],
    ["a garbled authority", { clientCa: CA + garbled(CA) }, /^TLS_CLIENT_CA_FILE: certificate 2/],
    ["a garbled key", { key: garbled(KEY) }, /^TLS_KEY_FILE: the private key cannot be read/],
  ];
  for (const [what, files, message] of wrong) {
    it(`names the setting for ${what}, in one line without OpenSSL's words`, () => {
      const faults = tlsFaults({ cert: CERT, key: KEY, clientCa: CA, ...files });
      assert.equal(faults.length, 1, faults.join());
      assert.match(faults[0] ?? "", message);
      assert.doesNotMatch(faults[0] ?? "", /ERR_|error:|sesame/);
    });
  }

  it("says of both files that they are swapped", () => {
    assert.deepEqual(tlsFaults({ cert: KEY, key: CERT }), [
      "TLS_CERT_FILE holds a private key and no certificate: is it swapped with TLS_KEY_FILE?",
      "TLS_KEY_FILE holds a certificate and no private key: is it swapped with TLS_CERT_FILE?",
    ]);
  });
});

describe("TLS files", () => {
  const files = () => {
    const folder = scratchFolder();
    const paths = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    writeFileSync(paths.cert, CERT);
    writeFileSync(paths.key, KEY, { mode: 0o600 });
    return paths;
  };
  const load = async (paths: { cert: string; key: string; clientCa?: string }) => {
    const warnings: string[] = [];
    await tlsSource(paths).load({ bytes: Buffer.alloc(0), mode: 0 }, (text) => warnings.push(text));
    return warnings;
  };

  it("are warned about when every user can read the key", async () => {
    const paths = files();
    assert.deepEqual(await load(paths), []);
    chmodSync(paths.key, 0o644);
    const [warning, ...others] = await load(paths);
    assert.match(warning ?? "", /^TLS_KEY_FILE can be read by every user \(mode 0644\)/);
    assert.deepEqual(others, []);
  });

  it("are warned about when a private key stands where none is needed", async () => {
    const paths = files();
    const clientCa = `${paths.cert}.ca`;
    writeFileSync(clientCa, CA);
    assert.deepEqual(await load({ ...paths, clientCa }), []);
    writeFileSync(paths.cert, `${CERT}\n${KEY}`);
    writeFileSync(clientCa, `${KEY}\n${CA}`);
    const rest = "holds a private key, which the server does not need there: take it out";
    assert.deepEqual(await load({ ...paths, clientCa }), [
      `TLS_CERT_FILE ${rest}`,
      `TLS_CLIENT_CA_FILE ${rest}`,
    ]);
    // One file for both is as good as two.
    chmodSync(paths.cert, 0o600);
    assert.deepEqual(await load({ cert: paths.cert, key: paths.cert }), []);
  });

  it("are refused when every user can write one", async () => {
    for (const [setting, name] of [
      ["TLS_CERT_FILE", "cert"],
      ["TLS_KEY_FILE", "key"],
    ] as const) {
      const paths = files();
      chmodSync(paths[name], 0o666);
      await assert.rejects(load(paths), new RegExp(`${setting} can be written by every user`));
    }
  });

  it("may begin with a byte order mark and end lines as Windows does", async () => {
    const folder = scratchFolder();
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), `\ufeff${text.replaceAll("\n", "\r\n")}`, { mode: 0o600 });
      return join(folder, name);
    };
    const paths = {
      cert: write("cert", CERT),
      key: write("key", KEY),
      clientCa: write("ca", CA),
      clientCrl: write("crl", pem("empty.crl.pem")),
    };
    const material = await tlsSource(paths).load({ bytes: Buffer.alloc(0), mode: 0o600 }, () => {});
    // What OpenSSL is given.
    for (const text of Object.values(material)) assert.match(text, /^-----BEGIN /);
  });

  it("are named when one cannot be read", async () => {
    const paths = files();
    await assert.rejects(
      load({ ...paths, key: `${paths.key}.none` }),
      /TLS_KEY_FILE cannot be used: ENOENT/,
    );
  });
});

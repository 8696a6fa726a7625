/** TLS settings that no connection can be made with are refused where the client is made. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { createSecureTokenClient } from "../../src/client/node.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

const create = (nodeOptions: ConnectionOptions) =>
  createSecureTokenClient({ baseUrl: "https://tokens.example.com", nodeOptions });
const read = (name: string) =>
  readFileSync(new URL(`../support/certs/${name}`, import.meta.url), "utf8");

const ca = TEST_CERTIFICATE;
const [cert, key] = [TEST_CERTIFICATE, TEST_CERTIFICATE_KEY];
const cut = TEST_CERTIFICATE.slice(0, 200);
const garbled = TEST_CERTIFICATE.replace("MIIB", "AAAA");

describe("nodeOptions of a client", () => {
  const refused: [string, ConnectionOptions, RegExp][] = [
    ["a path as ca", { ca: "/etc/tls/ca.pem" }, /nodeOptions\.ca .*not its path/],
    ["an empty ca", { ca: "" }, /nodeOptions\.ca holds no certificate/],
    ["an empty list of ca", { ca: [] }, /nodeOptions\.ca holds no certificate/],
    ["an empty buffer as ca", { ca: Buffer.of() }, /nodeOptions\.ca holds no certificate/],
    ["a key as ca", { ca: key }, /nodeOptions\.ca holds no certificate/],
    ["one of several ca that is none", { ca: [ca, "x"] }, /nodeOptions\.ca holds no certificate/],
    ["a ca that is cut off", { ca: cut }, /nodeOptions\.ca .*cannot be read/],
    [
      "a ca that is cut off before a whole one",
      { ca: cut + ca },
      /nodeOptions\.ca .*cannot be read/,
    ],
    ["a ca that is garbled", { ca: ca + garbled }, /nodeOptions\.ca .*cannot be read/],
    ["a ca that is indented", { ca: ` ${ca}` }, /nodeOptions\.ca holds no certificate/],
    ["a path as cert", { cert: "cert.pem", key }, /nodeOptions\.cert .*not its path/],
    ["a key as cert", { cert: key, key }, /nodeOptions\.cert holds no certificate/],
    ["a certificate as key", { cert, key: cert }, /nodeOptions\.key holds no private key/],
    ["an empty key", { cert, key: "" }, /nodeOptions\.key holds no private key/],
    ["a path as pem of a key", { cert, key: [{ pem: "k.pem" }] }, /nodeOptions\.key holds no/],
    [
      "the key of another",
      { cert, key: read("admin.key") },
      /nodeOptions: key is not that of cert/,
    ],
    ["a key that is garbled", { cert, key: key.replace("MIG", "AAA") }, /nodeOptions: .*\(ERR_/],
  ];
  for (const [what, options, says] of refused) {
    it(`refuses ${what}, and quotes nothing`, () => {
      assert.throws(
        () => create(options),
        (error: Error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, says);
          assert.doesNotMatch(error.message, /MII|AAAA|-----/);
          return true;
        },
      );
    });
  }

  it("takes texts, buffers, lists and bundles with text around the certificates", () => {
    const bundle = `\ufeff# first\n${ca}\n# second\n${read("ca.pem")}`;
    for (const options of [
      {},
      { ca: undefined },
      { ca },
      { ca: `\ufeff${ca.replaceAll("\n", "\r\n")}` },
      { ca: Buffer.from(ca) },
      { ca: ca.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE") },
      { ca: [ca, Buffer.from(bundle)] },
      { cert, key },
      { cert: [Buffer.from(cert)], key: [{ pem: key }] },
      { cert: `${key}${cert}`, key },
    ]) {
      create(options).close();
    }
  });
});

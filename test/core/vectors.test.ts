/** The vectors through the core. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeBase64url, encodeBase64url } from "../../src/core/base64url.js";
import { createFernetKey, openFernet, sealFernet } from "../../src/core/fernet.js";
import {
  createKeyset,
  createSettings,
  Duration,
  deriveKey,
  Instant,
  SecureTokenManager,
} from "../../src/core/index.js";
import { formatNaive, hoursToMicros, parseNaive } from "../../src/core/time.js";
import { compatSuite } from "../support/compat-suite.js";
import { assertKeyBytes } from "../support/key-bytes.js";
import { cachedKey } from "../support/keys.js";
import { compat, expected, fernetSpec } from "../support/vectors.js";

compatSuite("core", async (key, nowMicros) => {
  const derived = await cachedKey(key);
  const keyset = createKeyset([{ ...derived, state: "PRIMARY" }]);
  const { defaultExpirationHours } = key;
  return new SecureTokenManager(keyset, { defaultExpirationHours, clock: () => nowMicros });
});

describe("core: compat.json, keys and settings", () => {
  for (const vector of compat.cases.filter(({ op }) => op === "derive")) {
    it(`${vector.id} derives the Python library's key`, async () => {
      const salt = Buffer.from(vector.salt_b64, "base64");
      const { secret_key: secretKey, iterations } = vector;
      const derived = await deriveKey({ secretKey, salt, iterations });
      assertKeyBytes(derived, Buffer.from(vector.fernet_key, "base64url"));
    });
  }
  for (const vector of compat.cases.filter(({ op }) => op === "settings")) {
    it(`${vector.id} ${vector.desc}`, () => {
      const { SECRET_KEY, salt_bytes = 16, DEFAULT_EXPIRATION_HOURS } = vector.settings ?? {};
      const create = () =>
        createSettings({
          secretKey: SECRET_KEY,
          salt: Buffer.alloc(salt_bytes),
          defaultExpirationHours: DEFAULT_EXPIRATION_HOURS,
        });
      const { ok, exception: name, message } = expected(vector);
      if (ok) assert.ok(create());
      else assert.throws(create, { name, message });
    });
  }
  for (const vector of compat.cases.filter(({ op }) => op === "export_config")) {
    it(`${vector.id} gives no byte of the key away`, async () => {
      const salt = Buffer.from(vector.salt_b64, "base64");
      const { secret_key: secretKey, iterations } = vector;
      const derived = await cachedKey({ secretKey, salt, iterations });
      const keyset = createKeyset([{ ...derived, state: "PRIMARY" }]);
      const config = new SecureTokenManager(keyset).exportConfig();
      const { algorithm, version } = expected(vector).result;
      assert.equal(config.algorithm, algorithm);
      assert.equal(config.version, version);
      const told = JSON.stringify({ ...config, salt: "" });
      for (const secret of [Buffer.from(secretKey), Buffer.from(vector.fernet_key, "base64url")]) {
        for (let i = 0; i + 4 <= secret.length; i++) {
          const part = secret.subarray(i, i + 4);
          for (const form of ["utf8", "hex", "base64", "base64url"] as const) {
            assert.ok(!told.includes(part.toString(form).replace(/=+$/, "").slice(0, 6)));
          }
        }
      }
    });
  }
});

describe("core: compat.json, tables", () => {
  it("writes time_remaining as str(timedelta)", () => {
    for (const [micros, text] of compat.tables.time_remaining) {
      const { seconds, micros: rest } = Instant.fromMicros(micros);
      assert.equal(String(new Duration(seconds, rest)), text);
    }
  });
  it("rounds hours as timedelta does", () => {
    for (const [hours, micros] of compat.tables.hours_to_us) {
      assert.equal(hoursToMicros(hours), micros, `${hours} h`);
    }
  });
  it("writes and reads isoformat()", () => {
    for (const [micros, text] of compat.tables.isoformat) {
      assert.equal(formatNaive(Instant.fromMicros(micros)), text);
      assert.deepEqual(parseNaive(text), Instant.fromMicros(micros));
    }
  });
});

describe("core: fernet-spec.json", () => {
  const key = (secret: string) => createFernetKey(Buffer.from(secret, "base64url"));
  const open = (vector: { token: string; secret: string; now_unix: number; ttl_sec: number }) => {
    const bytes = decodeBase64url(vector.token);
    return bytes && openFernet([key(vector.secret)], bytes, vector.now_unix, vector.ttl_sec);
  };
  for (const vector of fernetSpec.generate) {
    it("generate", () => {
      const iv = Buffer.from(vector.iv);
      const token = sealFernet(key(vector.secret), vector.src, vector.now_unix, iv);
      assert.equal(encodeBase64url(token), vector.token);
    });
  }
  for (const vector of fernetSpec.verify) {
    it("verify", () => assert.equal(open(vector)?.plaintext.toString(), vector.src));
  }
  for (const vector of fernetSpec.invalid) {
    it(`invalid: ${vector.desc}`, () => assert.equal(open(vector), undefined));
  }
});

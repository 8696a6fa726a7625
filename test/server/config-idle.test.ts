/** Settings that contradict each other: which of them is not in force is told, at a start and by `config check`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type ConfigError, loadConfig, readEnvironment } from "../../src/server/config/index.js";
import { scratchFolder } from "../support/scratch-folder.js";

const NO_FILE = join(scratchFolder(), ".env");
const LOG = "redis://user:Secret2026@127.0.0.1:1";
const tls = { TLS_CERT_FILE: "cert.pem", TLS_KEY_FILE: "key.pem" };

/** What a server with these settings is warned of. */
const warningsOf = (env: Record<string, string>) => readEnvironment(env, "serve", NO_FILE).warnings;

describe("a setting that has no effect beside another one", () => {
  const rows: [Record<string, string>, string, string][] = [
    [{ REVOCATIONS: "off", DATA_DIR: "data" }, "DATA_DIR", "REVOCATIONS is off"],
    [{ REVOCATIONS: "off", REVOCATION_LOG: LOG }, "REVOCATION_LOG", "REVOCATIONS is off"],
    [{ REVOCATION_MAX_STALENESS: "5" }, "REVOCATION_MAX_STALENESS", "REVOCATION_LOG is not set"],
    [{ REVOCATION_LOG_REQUIRED: "on" }, "REVOCATION_LOG_REQUIRED", "REVOCATION_LOG is not set"],
    [{ METRICS_HOST: "0.0.0.0" }, "METRICS_HOST", "METRICS_PORT is not set"],
    [{ ALLOW_ANONYMOUS: "on", CALLERS_FILE: "c" }, "ALLOW_ANONYMOUS", "CALLERS_FILE is set"],
    [{ ALLOW_PLAINTEXT: "on", ...tls }, "ALLOW_PLAINTEXT", "TLS_CERT_FILE is set"],
    [{ ALLOW_EPHEMERAL_KEY: "on", KEYSET_FILE: "k" }, "ALLOW_EPHEMERAL_KEY", "KEYSET_FILE is set"],
  ];
  for (const [env, name, why] of rows) {
    it(`is told: ${Object.keys(env).join(" with ")}`, () => {
      const warnings = warningsOf(env);
      assert.equal(warnings.length, 1);
      assert.ok(warnings[0]?.startsWith(`${name} has no effect: ${why}`), warnings[0]);
      assert.doesNotMatch(warnings[0] ?? "", /Secret2026/);
    });
  }

  it("is not told where it has one", () => {
    for (const env of [
      { DATA_DIR: "data" },
      { REVOCATION_LOG: LOG, REVOCATION_MAX_STALENESS: "5" },
      { METRICS_PORT: "0", METRICS_HOST: "0.0.0.0" },
      { ALLOW_ANONYMOUS: "on", ALLOW_PLAINTEXT: "on", ALLOW_EPHEMERAL_KEY: "on" },
      { ALLOW_ANONYMOUS: "off", CALLERS_FILE: "c", ALLOW_PLAINTEXT: "off", ...tls },
    ]) {
      assert.deepEqual(warningsOf(env), []);
    }
    // A command that reads none of them.
    const env = { REVOCATIONS: "off", DATA_DIR: "data" };
    assert.deepEqual(readEnvironment(env, "generate", NO_FILE).warnings, []);
  });
});

describe("METRICS_PORT", () => {
  const free = { ALLOW_ANONYMOUS: "on", ALLOW_PLAINTEXT: "on", ALLOW_EPHEMERAL_KEY: "on" };
  const open = { ...free, REVOCATIONS: "off", HOST: "0.0.0.0" };

  it("is not PORT, on one address or on all", () => {
    for (const env of [{}, open, { METRICS_HOST: "::" }]) {
      assert.throws(
        () => loadConfig({ PORT: "8123", METRICS_PORT: "8123", ...env }),
        ({ faults }: ConfigError) =>
          faults.join() === "METRICS_PORT must be another port than PORT, 8123",
      );
    }
  });

  it("may be PORT on another address, or any free one", () => {
    const elsewhere = { METRICS_HOST: "127.0.0.2", PORT: "8123", METRICS_PORT: "8123" };
    assert.equal(loadConfig(elsewhere).metricsPort, 8123);
    assert.equal(loadConfig({ PORT: "0", METRICS_PORT: "0" }).metricsPort, 0);
  });
});

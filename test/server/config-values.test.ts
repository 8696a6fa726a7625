/** A value that is refused is shown, unless it is secret: every setting has a row. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConfigError, loadConfig, SETTINGS } from "../../src/server/config/index.js";
import { runCommand } from "../support/server-process.js";

/** By setting: a wrong value. Any text is a right SECURE_TOKEN_API_KEY here; the client has its rule. */
const WRONG: Record<string, string> = {
  SECRET_KEY: "sesame",
  SALT: "sesame",
  PBKDF2_ITERATIONS: "1e6",
  KEYSET_FILE: "~/sesame",
  ALLOW_READABLE_KEYSET: "yes",
  DEFAULT_EXPIRATION_HOURS: "24h",
  MAX_SESSION_HOURS: "0",
  LOG_LEVEL: "verbose",
  LOG_DESTINATION: "/var/log/tokens",
  LOG_FORMAT: "logfmt",
  HOST: "x86_64-conda",
  PORT: "http",
  UNARY_ADAPTER: "true",
  WORKERS: "auto",
  METRICS_PORT: "65536",
  OTEL_TRACES_EXPORTER: "console",
  OTEL_EXPORTER_OTLP_ENDPOINT: "user:sesame@collector:4317",
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "grpc://user:sesame@collector",
  OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  OTEL_TRACES_SAMPLER: "jaeger_remote",
  OTEL_TRACES_SAMPLER_ARG: "2",
  OTEL_SERVICE_NAME: "a name",
  METRICS_HOST: "a b",
  MAX_CONNECTION_AGE_SECONDS: "1.5",
  REVOCATIONS: "1",
  DATA_DIR: "~/sesame",
  REVOCATION_LOG: "mysql://user:sesame@db/app",
  REVOCATION_LOG_REQUIRED: "no",
  REVOCATION_MAX_STALENESS: "30s",
  CALLERS_FILE: "~",
  HOLDER_REFRESH: "maybe",
  HOLDER_CALLS_PER_SECOND: "-1",
  TLS_CERT_FILE: "~/cert.pem",
  TLS_KEY_FILE: "~/key.pem",
  TLS_CLIENT_CA_FILE: "~ca",
  TLS_CLIENT_CRL_FILE: "~/crl",
  REFLECTION: "yes",
  CORS_ORIGINS: "https://app.example.com/",
  ALLOWED_HOSTS: "https://a.example",
  TRUSTED_PROXIES: "10.0.0.0/0",
  PROXY_PROTOCOL: "v1",
  CONSOLE: "0",
  ALLOW_EPHEMERAL_KEY: "y",
  ALLOW_ANONYMOUS: "ON!",
  ALLOW_PLAINTEXT: "t",
};

function faultOf(name: string, value: string): string {
  let faults: readonly string[] = [];
  assert.throws(
    // Where traces are off nothing of OTEL_* is refused.
    () => loadConfig({ OTEL_TRACES_EXPORTER: "otlp", [name]: value }),
    (error: ConfigError) => {
      faults = error.faults;
      return true;
    },
  );
  const mine = faults.filter((fault) => fault.startsWith(name));
  assert.ok(mine[0], faults.join("\n"));
  return mine[0];
}

describe("a refused value", () => {
  for (const [name, { secret, readers }] of Object.entries(SETTINGS)) {
    if (!readers.includes("serve")) continue;
    it(`of ${name} is ${secret ? "never shown" : "shown"}`, () => {
      const value = WRONG[name];
      assert.ok(value, `${name} has no wrong value in this table`);
      const fault = faultOf(name, value);
      if (secret) assert.ok(!fault.includes("sesame"), fault);
      else assert.ok(fault.includes(JSON.stringify(value)), fault);
    });
  }

  it("is cut, without control characters, and without a password", () => {
    assert.ok(faultOf("WORKERS", "9".repeat(61)).endsWith(`, not "${"9".repeat(60)}…"`));
    assert.ok(faultOf("LOG_LEVEL", 'a"\n\u001b[31m\u202e').endsWith(', not "a\\"??[31m?"'));
    const url = faultOf("LOG_LEVEL", "https://user:sesame@db");
    assert.ok(url.endsWith(', not "https://…@db"'), url);
  });

  it("of a list is shown item by item, with its place, ten at most", () => {
    assert.match(
      faultOf("CORS_ORIGINS", "http://a,*, https://u:sesame@b ,null"),
      /, not "\*" \(2 of 4\), "https:\/\/…@b" \(3 of 4\), "null" \(4 of 4\)$/,
    );
    assert.match(faultOf("ALLOWED_HOSTS", "a,,b:1"), /, not "" \(2 of 3\), "b:1" \(3 of 3\)$/);
    const many = faultOf("ALLOWED_HOSTS", Array(12).fill("*").join(","));
    assert.ok(many.endsWith('"*" (10 of 12) and 2 more'), many);
  });

  it("of SECURE_TOKEN_API_KEY is never shown", async () => {
    const { code, output } = await runCommand(["--server", "localhost:1", "info"], {
      SECURE_TOKEN_API_KEY: "sesame\u0001",
    });
    assert.equal(code, 2, output);
    assert.match(output, /SECURE_TOKEN_API_KEY/);
    assert.ok(!output.includes("sesame"), output);
  });
});

describe("what a failed start prints", () => {
  it("holds nothing of a path that a terminal acts on, and no line that is not ours", async () => {
    const { code, output } = await runCommand(["serve"], {
      CALLERS_FILE: "x\u001b[31m\n  SECRET_KEY is right",
    });
    assert.equal(code, 78);
    assert.match(output, /^ {2}CALLERS_FILE .*x\\u\{1b\}\[31m\\n {2}SECRET_KEY is right'$/m);
    assert.doesNotMatch(output.replaceAll("\n", ""), /\p{Cc}/u);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import {
  ConfigError,
  isLoopback,
  loadConfig,
  loadKeyConfig,
} from "../../src/server/config/index.js";

const SECRET = "Config#Secret2026";

describe("loadConfig", () => {
  it("needs nothing on loopback", () => {
    assert.deepEqual(loadConfig({}), {
      secretKey: undefined,
      salt: undefined,
      keysetFile: undefined,
      allowReadable: false,
      defaultExpirationHours: 24,
      maxSessionHours: 720,
      pbkdf2Iterations: 600_000,
      logLevel: "info",
      logDestination: "stderr",
      logFormat: undefined,
      host: "127.0.0.1",
      port: 8080,
      callersFile: undefined,
      holders: { refresh: true, callsPerSecond: 100 },
      tlsFiles: undefined,
      revocations: {
        dataDir: undefined,
        log: undefined,
        logRequired: true,
        maxStalenessMs: 30_000,
      },
      reflection: true,
      unaryAdapter: true,
      corsOrigins: [],
      allowedHosts: [],
      trustedProxies: [],
      proxyHeaders: false,
      console: true,
      maxConnectionAgeMs: Number.POSITIVE_INFINITY,
      metricsPort: undefined,
      metricsHost: "127.0.0.1",
      traces: undefined,
      workers: 1,
    });
  });

  it("reads every setting", () => {
    const config = loadConfig({
      SECRET_KEY: SECRET,
      SALT: "sixteen bytes...",
      DEFAULT_EXPIRATION_HOURS: "0.5",
      MAX_SESSION_HOURS: "1.5",
      PBKDF2_ITERATIONS: "100000",
      LOG_LEVEL: "debug",
      HOST: "0.0.0.0",
      PORT: "0",
      CALLERS_FILE: "callers.json",
      TLS_CERT_FILE: "cert.pem",
      TLS_KEY_FILE: "key.pem",
      TLS_CLIENT_CA_FILE: "ca.pem",
      TLS_CLIENT_CRL_FILE: "crl.pem",
      HOLDER_REFRESH: "off",
      HOLDER_CALLS_PER_SECOND: "7",
      REFLECTION: "on",
      MAX_CONNECTION_AGE_SECONDS: "1800",
      WORKERS: "2",
      DATA_DIR: "data",
      REVOCATION_LOG: "postgres://user:password@db/app",
      REVOCATION_LOG_REQUIRED: "off",
      REVOCATION_MAX_STALENESS: "5",
    });
    assert.equal(config.secretKey?.reveal(), SECRET);
    assert.equal(Buffer.from(config.salt as Uint8Array).toString(), "sixteen bytes...");
    assert.equal(config.defaultExpirationHours, 0.5);
    assert.equal(config.pbkdf2Iterations, 100_000);
    assert.equal(config.host, "0.0.0.0");
    assert.equal(config.maxSessionHours, 1.5);
    assert.equal(config.port, 0);
    assert.equal(config.callersFile, "callers.json");
    assert.deepEqual(config.tlsFiles, {
      cert: "cert.pem",
      key: "key.pem",
      clientCa: "ca.pem",
      clientCrl: "crl.pem",
    });
    const { log, ...revocations } = config.revocations ?? {};
    assert.deepEqual(revocations, { dataDir: "data", logRequired: false, maxStalenessMs: 5000 });
    assert.equal(log?.reveal(), "postgres://user:password@db/app");
    assert.deepEqual(config.holders, { refresh: false, callsPerSecond: 7 });
    assert.equal(config.reflection, true);
    assert.equal(config.unaryAdapter, true);
    assert.equal(config.maxConnectionAgeMs, 1_800_000);
    assert.equal(config.workers, 2);
  });

  it("answers to loopback names alone on loopback without callers, else to any, or to those listed", () => {
    const WAIVED = { ALLOW_PLAINTEXT: "on", ALLOW_EPHEMERAL_KEY: "on", REVOCATIONS: "off" };
    const hosts = (env: Record<string, string>) => loadConfig({ ...WAIVED, ...env }).allowedHosts;
    assert.deepEqual(hosts({}), []);
    assert.equal(hosts({ CALLERS_FILE: "callers.json" }), undefined);
    assert.equal(hosts({ HOST: "0.0.0.0", ALLOW_ANONYMOUS: "on" }), undefined);
    const ALLOWED_HOSTS = "Tokens.example.com, [::1],10.0.0.1";
    assert.deepEqual(hosts({ ALLOWED_HOSTS }), ["tokens.example.com", "::1", "10.0.0.1"]);
    for (const text of [
      "*",
      "https://a.example",
      "a.example:443",
      "10.0.0.1:8080",
      "[::1]:8080",
      "::g",
      "a.example/",
      "a b",
      ",",
      "-a",
    ]) {
      assert.throws(() => hosts({ ALLOWED_HOSTS: text }), /ALLOWED_HOSTS must list host names/);
    }
  });

  it("takes an empty setting for one that is not set", () => {
    assert.equal(loadConfig({ PORT: "", SECRET_KEY: "" }).port, 8080);
  });

  it("reads a salt that is no text", () => {
    const salt = Buffer.from(Array.from({ length: 20 }, (_, i) => 255 - i));
    const config = loadConfig({ SALT: `base64:${salt.toString("base64")}` });
    assert.deepEqual(Buffer.from(config.salt as Uint8Array), salt);
  });

  const wrong: [string, string, RegExp][] = [
    ["SECRET_KEY", "short", /SECRET_KEY must be at least 16 characters long/],
    ["SALT", "short", /SALT must be at least 16 bytes long/],
    ["SALT", "base64:!!!!", /SALT must be padded base64/],
    ["DEFAULT_EXPIRATION_HOURS", "0", /Expires hours must be between 0 and 8760 hours/],
    ["DEFAULT_EXPIRATION_HOURS", "1e3", /DEFAULT_EXPIRATION_HOURS must be a number in decimal/],
    ["PBKDF2_ITERATIONS", "99999", /PBKDF2_ITERATIONS must be a whole number from 100000/],
    ["PBKDF2_ITERATIONS", "10000001", /PBKDF2_ITERATIONS must be a whole number/],
    ["LOG_LEVEL", "verbose", /LOG_LEVEL must be one of debug, info, warn, error/],
    ["REFLECTION", "yes", /REFLECTION must be on or off/],
    ["TLS_CERT_FILE", "cert.pem", /TLS_KEY_FILE must be set with TLS_CERT_FILE/],
    ["PROXY_PROTOCOL", "v2", /TRUSTED_PROXIES must be set with PROXY_PROTOCOL/],
    ["TLS_KEY_FILE", "key.pem", /TLS_CERT_FILE must be set with TLS_KEY_FILE/],
    ["TLS_CLIENT_CA_FILE", "ca.pem", /TLS_CERT_FILE must be set with TLS_CLIENT_CA_FILE/],
    [
      "MAX_SESSION_HOURS",
      "0",
      /MAX_SESSION_HOURS must be a number of hours above 0, at most 87600/,
    ],
    ["MAX_SESSION_HOURS", "87600.1", /MAX_SESSION_HOURS must be a number of hours/],
    ["PORT", "65536", /PORT must be a port, 0 to 65535/],
    ["PORT", "-1", /PORT must be a port, 0 to 65535/],
    ["PORT", "tcp://10.0.0.1:80", /PORT is "tcp:.* Kubernetes writes .*enableServiceLinks: false/],
    ["HOST", "x86_64-conda-linux-gnu", /HOST is "x86_64-conda-linux-gnu".*neither an IP.*conda/],
    ["HOST", "http://localhost", /HOST is "http:\/\/localhost"/],
    ["HOST", "a\u001b[31m", /HOST is "a\?\[31m"/],
    ["MAX_CONNECTION_AGE_SECONDS", "0", /MAX_CONNECTION_AGE_SECONDS must be a whole number from 1/],
    ["MAX_CONNECTION_AGE_SECONDS", "604801", /must be a whole number from 1 to 604800/],
    ["WORKERS", "0", /WORKERS must be a whole number from 1 to 64/],
    ["WORKERS", "65", /WORKERS must be a whole number from 1 to 64/],
    ["WORKERS", "auto", /WORKERS must be a whole number/],
    ["MAX_CONNECTION_AGE_SECONDS", "1.5", /MAX_CONNECTION_AGE_SECONDS must be a whole number/],
  ];
  for (const [name, value, message] of wrong) {
    it(`refuses ${name}=${value}`, () => {
      assert.throws(() => loadConfig({ [name]: value }), { name: "ConfigError", message });
    });
  }

  it("reports every fault at once, and no secret value", () => {
    const env = { SECRET_KEY: "lowercaseonly12345", SALT: "pepper", PORT: "http", LOG_LEVEL: "x" };
    assert.throws(
      () => loadConfig(env),
      (error: ConfigError) => {
        assert.equal(error.faults.length, 4);
        for (const value of ["lowercaseonly", "pepper"]) {
          assert.ok(!inspect(error).includes(value));
        }
        return true;
      },
    );
  });

  it("prints no secret", () => {
    const config = loadConfig({ SECRET_KEY: SECRET });
    for (const text of [inspect(config), JSON.stringify(config), `${config.secretKey}`]) {
      assert.ok(!text.includes(SECRET));
    }
  });

  const SECURE = {
    SECRET_KEY: SECRET,
    SALT: "sixteen bytes...",
    CALLERS_FILE: "callers.json",
    TLS_CERT_FILE: "cert.pem",
    TLS_KEY_FILE: "key.pem",
    DATA_DIR: "data",
  };
  const waivers: [string, (keyof typeof SECURE)[]][] = [
    ["ALLOW_EPHEMERAL_KEY", ["SECRET_KEY", "SALT"]],
    ["ALLOW_ANONYMOUS", ["CALLERS_FILE"]],
    ["ALLOW_PLAINTEXT", ["TLS_CERT_FILE", "TLS_KEY_FILE"]],
  ];
  for (const [waiver, names] of waivers) {
    it(`beyond loopback needs ${names.join(" and ")}, or ${waiver}`, () => {
      const env: Record<string, string> = { ...SECURE, HOST: "0.0.0.0" };
      assert.ok(loadConfig(env));
      for (const name of names) delete env[name];
      assert.throws(
        () => loadConfig(env),
        ({ faults }: ConfigError) => {
          assert.equal(faults.length, names.length);
          for (const [i, name] of names.entries()) assert.ok(faults[i]?.startsWith(name));
          return true;
        },
      );
      assert.throws(() => loadConfig({ ...env, [waiver]: "off" }), ConfigError);
      assert.ok(loadConfig({ ...env, [waiver]: "on" }));
      assert.throws(() => loadConfig(env), /because HOST "0\.0\.0\.0" is not a loopback address/);
    });

    it(`on loopback too needs ${names.join(" and ")} when ${waiver} is off`, () => {
      const env: Record<string, string> = { ...SECURE, [waiver]: "off" };
      assert.ok(loadConfig(env));
      for (const name of names) delete env[name];
      assert.throws(
        () => loadConfig(env),
        ({ faults }: ConfigError) => {
          assert.deepEqual(
            faults,
            names.map((name) => `${name} must be set, because ${waiver} is off`),
          );
          return true;
        },
      );
    });
  }

  it("beyond loopback needs DATA_DIR or REVOCATION_LOG, or REVOCATIONS=off", () => {
    const { DATA_DIR, ...env } = { ...SECURE, HOST: "0.0.0.0" };
    const told =
      'DATA_DIR or REVOCATION_LOG must be set, or REVOCATIONS=off, because HOST "0.0.0.0" is not a loopback address';
    assert.throws(
      () => loadConfig(env),
      ({ faults }: ConfigError) => faults.length === 1 && faults[0] === told,
    );
    assert.equal(loadConfig({ ...env, DATA_DIR }).revocations?.dataDir, DATA_DIR);
    assert.equal(loadConfig({ ...env, REVOCATIONS: "off" }).revocations, undefined);
    const log = { ...env, REVOCATION_LOG: "redis://cache" };
    assert.ok(loadConfig(log).revocations?.log);
    const optional = { ...log, REVOCATION_LOG_REQUIRED: "off" };
    assert.throws(() => loadConfig(optional), /DATA_DIR must be set, because/);
    assert.equal(loadConfig({ HOST: "::1" }).revocations?.dataDir, undefined);
  });

  it("takes KEYSET_FILE in place of SECRET_KEY and SALT, and never beside them", () => {
    const { SECRET_KEY, SALT, ...others } = SECURE;
    const env = { ...others, HOST: "0.0.0.0", KEYSET_FILE: "keys.json" };
    assert.equal(loadConfig(env).keysetFile, "keys.json");
    assert.throws(() => loadConfig({ ...env, SECRET_KEY }), /SECRET_KEY must not be set/);
    assert.throws(() => loadConfig({ ...env, SALT }), /SALT must not be set/);
  });

  it("keeps reflection off beyond loopback, unless it is set", () => {
    assert.equal(loadConfig({ ...SECURE, HOST: "10.0.0.1" }).reflection, false);
    assert.equal(loadConfig({ ...SECURE, HOST: "10.0.0.1", REFLECTION: "on" }).reflection, true);
  });

  it("tells a setting that breaks its rule beyond loopback once", () => {
    assert.throws(
      () => loadConfig({ ...SECURE, HOST: "0.0.0.0", SALT: "short" }),
      ({ faults }: ConfigError) => faults.length === 1,
    );
  });

  it("takes words in upper and lower case", () => {
    const config = loadConfig({ LOG_LEVEL: "INFO", REFLECTION: "Off", CONSOLE: "ON" });
    assert.equal(config.logLevel, "info");
    assert.equal(config.reflection, false);
    assert.equal(config.console, true);
  });

  it("takes an IPv6 address in brackets", () => {
    assert.equal(loadConfig({ HOST: "[::1]" }).host, "::1");
  });

  it("knows loopback", () => {
    for (const host of ["127.0.0.1", "127.8.8.8", "localhost", "LocalHost", "::1"]) {
      assert.ok(isLoopback(host), host);
    }
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.example.com", "localhost.example"]) {
      assert.ok(!isLoopback(host), host);
    }
  });
});

describe("loadKeyConfig", () => {
  const FOREIGN = {
    HOST: "x86_64-conda-linux-gnu",
    PORT: "tcp://10.0.0.1:80",
    LOG_LEVEL: "VERBOSE",
    WORKERS: "auto",
    CONSOLE: "/dev/console",
    CORS_ORIGINS: "*",
    TLS_KEY_FILE: "key.pem",
  };

  it("does not read what only a server reads", () => {
    const config = loadKeyConfig({ ...FOREIGN, SECRET_KEY: SECRET }, "generate");
    assert.equal(config.secretKey?.reveal(), SECRET);
  });

  it("reads for each command what it uses", () => {
    const env = { DEFAULT_EXPIRATION_HOURS: "soon", KEYSET_FILE: "keys.json", SECRET_KEY: SECRET };
    assert.throws(() => loadKeyConfig(env, "generate"), /DEFAULT_EXPIRATION_HOURS/);
    assert.throws(
      () => loadKeyConfig(env, "validate"),
      ({ faults }: ConfigError) => {
        assert.deepEqual(faults, [
          "SECRET_KEY must not be set beside KEYSET_FILE, which replaces it",
        ]);
        return true;
      },
    );
    assert.equal(loadKeyConfig(env, "keys").keysetFile, undefined);
  });
});

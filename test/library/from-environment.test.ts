/** The library reads its settings from an environment, and makes up no key. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { SecureTokenManager, settingsFrom, TokenError } from "../../src/library/index.js";
import { ROOT } from "../support/buf.js";

const ENV = {
  SECRET_KEY: "MyStrongPassword@123",
  SALT: "at least sixteen bytes",
  DEFAULT_EXPIRATION_HOURS: "0.5",
  MAX_SESSION_HOURS: "48",
  PBKDF2_ITERATIONS: "100000",
};

describe("settingsFrom", () => {
  it("reads the settings of a manager and nothing else", () => {
    const { salt, ...others } = settingsFrom({ ...ENV, PORT: "tcp://10.0.0.1:80" });
    assert.deepEqual(others, {
      secretKey: ENV.SECRET_KEY,
      defaultExpirationHours: 0.5,
      maxSessionHours: 48,
      pbkdf2Iterations: 100_000,
    });
    assert.equal(Buffer.from(salt as Uint8Array).toString(), ENV.SALT);
  });

  it("takes an empty setting for one that is not set", () => {
    assert.equal(settingsFrom({ SECRET_KEY: "" }).secretKey, undefined);
  });

  it("reads a salt of bytes", () => {
    const { salt } = settingsFrom({ SALT: `base64:${Buffer.alloc(16, 255).toString("base64")}` });
    assert.deepEqual(Buffer.from(salt as Uint8Array), Buffer.alloc(16, 255));
  });

  for (const [name, value] of Object.entries({
    SECRET_KEY: "sesame",
    SALT: "base64:AAA",
    DEFAULT_EXPIRATION_HOURS: "1h",
    MAX_SESSION_HOURS: "0",
    PBKDF2_ITERATIONS: "99999",
  })) {
    it(`refuses ${name}, and shows the value unless it is secret`, () => {
      assert.throws(
        () => settingsFrom({ ...ENV, [name]: value }),
        (error: TokenError) => {
          assert.ok(error instanceof TokenError);
          assert.equal(error.field, name);
          const isSecret = name === "SECRET_KEY" || name === "SALT";
          assert.equal(error.message.endsWith(`, not "${value}"`), !isSecret, error.message);
          assert.ok(!isSecret || !error.message.includes(value), error.message);
          return true;
        },
      );
    });
  }
});

describe("SecureTokenManager.fromEnvironment", () => {
  /** In a process of its own, whose environment is this alone. */
  const run = async (env: Record<string, string>) => {
    const program = `
      import { SecureTokenManager } from "./src/library/index.js";
      try {
        const manager = await SecureTokenManager.fromEnvironment();
        const { token } = manager.generateToken("ann");
        console.log(token, manager.exportConfig().defaultExpirationHours);
      } catch (error) { console.log(error.name, error.message); }`;
    const args = ["--import", "tsx", "--input-type=module", "-e", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: ROOT,
      env: { PATH: process.env.PATH ?? "", ...env },
    });
    return stdout.trim();
  };

  it("makes tokens with the key of the environment", async () => {
    const [token = "", hours] = (await run(ENV)).split(" ");
    assert.equal(hours, "0.5");
    const manager = await SecureTokenManager.create(settingsFrom(ENV));
    assert.equal(manager.validateToken(token).userId, "ann");
    assert.ok(manager instanceof SecureTokenManager);
  });

  it("makes up no key", async () => {
    const { SECRET_KEY, SALT, ...others } = ENV;
    assert.match(await run({ ...others, SALT }), /^TokenError SECRET_KEY must be set in the env/);
    assert.match(await run({ ...others, SECRET_KEY }), /^TokenError SALT must be set in the env/);
  });
});

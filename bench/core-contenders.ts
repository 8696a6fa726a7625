/** Who issues and checks tokens in-process. To add a contender, add a row to the table below. */
import fernet from "fernet";
import { jwtVerify, SignJWT } from "jose";
import { createKeyset, deriveKey, SecureTokenManager } from "../src/core/index.js";
import { EXCHANGE_KEY, startDriver } from "../test/python/driver.js";
import { findPython } from "../test/python/venv.js";

/** Gives microseconds a call of each operation. */
export interface CoreContender {
  readonly name: string;
  measure(calls: number): Promise<{ generate: number; validate: number }>;
  close?(): void;
}

const PERMISSIONS = ["read", "write"];
const ADDITIONAL_DATA = { team: "backend", plan: "pro" };
const USER_ID = "user_123";

/** Every contender that is installed, ours first. */
export async function coreContenders(): Promise<CoreContender[]> {
  const python = findPython();
  const present = [await secureToken(), npmFernet(), joseHs256()];
  return python === undefined ? present : [...present, await pythonOriginal(python)];
}

async function secureToken(): Promise<CoreContender> {
  const key = { ...(await deriveKey(EXCHANGE_KEY)), state: "PRIMARY" as const };
  const manager = new SecureTokenManager(createKeyset([key]));
  const options = { permissions: PERMISSIONS, additionalData: ADDITIONAL_DATA };
  return timed(
    "Secure Token",
    () => manager.generateToken(USER_ID, options).token,
    (token) => manager.validateToken(token),
  );
}

/** The same payload and the same outer base64url; PBKDF2, rules and time zones are left out. */
function npmFernet(): CoreContender {
  const secret = new fernet.Secret(Buffer.alloc(32, 7).toString("base64url"));
  return timed(
    "npm `fernet` 0.4 (crypto-js 4.2)",
    () => {
      const text = new fernet.Token({ secret }).encode(JSON.stringify(claims()));
      return Buffer.from(text, "latin1").toString("base64url");
    },
    (token) => {
      const text = Buffer.from(token, "base64url").toString("latin1");
      JSON.parse(new fernet.Token({ secret, token: text, ttl: 0 }).decode());
    },
  );
}

/** Signed, not encrypted: whoever holds such a token reads it. */
function joseHs256(): CoreContender {
  const key = Buffer.alloc(32, 7);
  return timed(
    "`jose` 6, JWT HS256 (signed only)",
    () => {
      const { user_id, token_id, permissions, additional_data } = claims();
      const jwt = new SignJWT({ permissions, additional_data }).setProtectedHeader({
        alg: "HS256",
      });
      return jwt
        .setSubject(user_id)
        .setJti(token_id)
        .setIssuedAt()
        .setExpirationTime("24h")
        .sign(key);
    },
    (token) => jwtVerify(token, key, { algorithms: ["HS256"] }),
  );
}

async function pythonOriginal(python: string): Promise<CoreContender> {
  const driver = await startDriver(python);
  const args = { user_id: USER_ID, permissions: PERMISSIONS, additional_data: ADDITIONAL_DATA };
  return {
    name: "Python `secure-token` 1.0.2",
    async measure(calls) {
      const outcome = await driver.call({ op: "bench", calls, args });
      if (!("ok" in outcome)) throw new Error(outcome.message);
      return outcome.ok;
    },
    close: () => driver.close(),
  };
}

function claims() {
  const now = new Date().toISOString().slice(0, 19);
  return {
    token_id: Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url"),
    user_id: USER_ID,
    permissions: PERMISSIONS,
    issued_at: now,
    expires_at: now,
    additional_data: ADDITIONAL_DATA,
    version: "1.0",
  };
}

function timed(
  name: string,
  generate: () => string | Promise<string>,
  validate: (token: string) => unknown,
): CoreContender {
  const time = async (calls: number, run: () => unknown) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    return ((performance.now() - start) * 1000) / calls;
  };
  return {
    name,
    async measure(calls) {
      const token = await generate();
      return {
        generate: await time(calls, generate),
        validate: await time(calls, () => validate(token)),
      };
    },
  };
}

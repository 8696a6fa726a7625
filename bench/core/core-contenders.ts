/** Who issues and checks tokens in-process, in JavaScript. To add a contender, add a row. */
import fernet from "fernet";
import { jwtVerify, SignJWT } from "jose";
import { importJwtKey } from "../jwt-key.js";
import * as straightforward from "./straightforward.js";

/** The two operations of a contender; the core worker times them. */
export interface CoreContender {
  generate(): string | Promise<string>;
  validate(token: string): unknown;
}

const PERMISSIONS = ["read", "write"];
const ADDITIONAL_DATA = { team: "backend", plan: "pro" };
const USER_ID = "user_123";

/** Makes a contender, by its name in the results. The argument is our built core's URL. */
export const CORE_CONTENDERS: Readonly<Record<string, (core: string) => Promise<CoreContender>>> = {
  ours: secureToken,
  "node:crypto, straightforward": async () => ({
    generate: () => straightforward.generate(claims()),
    validate: straightforward.validate,
  }),
  "npm fernet": async () => npmFernet(),
  "jose, JWT HS256 (signed only)": joseHs256,
};

async function secureToken(core: string): Promise<CoreContender> {
  const { createKeyset, deriveKey, SecureTokenManager } = (await import(
    core
  )) as typeof import("../../src/core/index.js");
  const source = {
    secretKey: "Benchmark_Key#2026",
    salt: Buffer.alloc(16, 7),
    iterations: 100_000,
  };
  const key = { ...(await deriveKey(source)), state: "PRIMARY" as const };
  const manager = new SecureTokenManager(createKeyset([key]));
  const options = { permissions: PERMISSIONS, additionalData: ADDITIONAL_DATA };
  return {
    generate: () => manager.generateToken(USER_ID, options).token,
    validate: (token) => manager.validateToken(token),
  };
}

/** The same payload and the same outer base64url; rules and times are left out. */
function npmFernet(): CoreContender {
  const secret = new fernet.Secret(Buffer.alloc(32, 7).toString("base64url"));
  return {
    generate() {
      const text = new fernet.Token({ secret }).encode(JSON.stringify(claims()));
      return Buffer.from(text, "latin1").toString("base64url");
    },
    validate(token) {
      const text = Buffer.from(token, "base64url").toString("latin1");
      return JSON.parse(new fernet.Token({ secret, token: text, ttl: 0 }).decode());
    },
  };
}

/** Signed, not encrypted: whoever holds such a token reads it. */
async function joseHs256(): Promise<CoreContender> {
  const key = await importJwtKey();
  return {
    generate() {
      const { user_id, token_id, permissions, additional_data } = claims();
      return new SignJWT({ permissions, additional_data })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(user_id)
        .setJti(token_id)
        .setIssuedAt()
        .setExpirationTime("24h")
        .sign(key);
    },
    validate: (token) => jwtVerify(token, key, { algorithms: ["HS256"] }),
  };
}

function claims() {
  const now = Date.now();
  return {
    token_id: Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url"),
    user_id: USER_ID,
    permissions: PERMISSIONS,
    issued_at: naive(now),
    expires_at: naive(now + 24 * 3600 * 1000),
    additional_data: ADDITIONAL_DATA,
    version: "1.0",
  };
}

/** As the Python library spells a time: microseconds, no zone. */
function naive(time: number): string {
  return `${new Date(time).toISOString().slice(0, -1)}000`;
}

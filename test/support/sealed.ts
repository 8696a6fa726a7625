/** Authentic tokens with any content: what a holder of the key could make, however nasty. */
import { randomBytes } from "node:crypto";
import { encodeBase64url } from "../../src/core/base64url.js";
import type { FernetKey } from "../../src/core/fernet.js";
import { NOW_SECONDS } from "./fixed-manager.js";

/** A token over any bytes at all: unlike `sealFernet`, which takes text. */
export function sealBytes(
  key: FernetKey,
  payload: Uint8Array | string,
  timestamp: number | bigint = NOW_SECONDS,
): string {
  const iv = randomBytes(16);
  const head = Buffer.alloc(9, 0x80);
  head.writeBigUInt64BE(BigInt(timestamp), 1);
  const signed = Buffer.concat([head, iv, key.encryption.encrypt(iv, Buffer.from(payload))]);
  const fernet = encodeBase64url(Buffer.concat([signed, key.signing.sign(signed)]));
  return encodeBase64url(Buffer.from(fernet, "latin1"));
}

/** The payload that the Python library writes, with members replaced; `undefined` leaves one out. */
export function payloadText(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    token_id: "kjevrQFtLadpOur2wiehAmKPaS1Sg8hv",
    user_id: "user_123",
    permissions: ["read", "write"],
    issued_at: "2026-11-23T11:32:09.123456",
    expires_at: "2026-11-24T11:32:09.123456",
    additional_data: {},
    version: "1.0",
    ...changes,
  });
}

/** What a key does tells its bytes; it does not give them. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import type { FernetKey } from "../../src/core/fernet.js";

/** Asserts that a key signs and encrypts as these 32 bytes do. */
export function assertKeyBytes(key: FernetKey, bytes: Buffer): void {
  const text = Buffer.from("signed and encrypted");
  const iv = Buffer.alloc(16, 5);
  const mac = createHmac("sha256", bytes.subarray(0, 16)).update(text).digest();
  assert.deepEqual(key.signing.sign(text), mac);
  const cipher = createCipheriv("aes-128-cbc", bytes.subarray(16), iv);
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final()]);
  assert.deepEqual(key.encryption.encrypt(iv, text), ciphertext);
}

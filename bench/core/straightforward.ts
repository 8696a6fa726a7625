/**
 * Fernet as one writes it with node:crypto and no second thought: what our core is measured against.
 * It knows no rules, no key rotation and no times, and its decoder takes any spelling.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

const signing = createSecretKey(Buffer.alloc(16, 7));
const encryption = createSecretKey(Buffer.alloc(16, 8));

/** Encrypts and signs claims; base64url twice. */
export function generate(claims: object): string {
  const iv = randomBytes(16);
  const head = Buffer.alloc(9);
  head[0] = 0x80;
  head.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000)), 1);
  const cipher = createCipheriv("aes-128-cbc", encryption, iv);
  const signed = Buffer.concat([
    head,
    iv,
    cipher.update(JSON.stringify(claims), "utf8"),
    cipher.final(),
  ]);
  const mac = createHmac("sha256", signing).update(signed).digest();
  const inner = Buffer.concat([signed, mac]).toString("base64url");
  return Buffer.from(inner, "latin1").toString("base64url");
}

/** Verifies and decrypts. Throws for a token that is not authentic. */
export function validate(text: string): unknown {
  const token = Buffer.from(Buffer.from(text, "base64url").toString("latin1"), "base64url");
  const signed = token.subarray(0, -32);
  const mac = createHmac("sha256", signing).update(signed).digest();
  if (token[0] !== 0x80 || !timingSafeEqual(mac, token.subarray(-32))) throw new Error("invalid");
  const decipher = createDecipheriv("aes-128-cbc", encryption, token.subarray(9, 25));
  return JSON.parse(
    decipher.update(token.subarray(25, -32), undefined, "utf8") + decipher.final("utf8"),
  );
}

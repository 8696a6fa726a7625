/** Keyset files for tests, with the fewest iterations that are allowed. */
import { Secret } from "../../src/core/index.js";
import type { FileKey } from "../../src/server/keyset-file.js";
import { cachedKey } from "./keys.js";

/** A key of this name and state. */
export async function fileKey(
  name: string,
  state: FileKey["state"] = "primary",
): Promise<FileKey & { readonly secretKey: Secret }> {
  const secretKey = `Keyset#File2026-${name}`;
  const salt = Buffer.from(`a salt for ${name}`.padEnd(20, "."));
  const { keyId } = await cachedKey({ secretKey, salt, iterations: 100_000 });
  const createdAt = "2026-11-23T11:32:09.000Z";
  return { keyId, state, secretKey: new Secret(secretKey), salt, iterations: 100_000, createdAt };
}

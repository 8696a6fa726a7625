import type { FileKey } from "../../server/keyset-file.js";

/** The key of an id. Throws when there is none. */
export function findKey(keys: readonly FileKey[], keyId: string): FileKey {
  const key = keys.find((one) => one.keyId === keyId);
  if (!key) throw new Error(`the file holds no key of this id: ${keys.map((k) => k.keyId).join()}`);
  return key;
}

/** Keys for tests, derived once each. */
import { type DerivedKey, deriveKey, type KeySource } from "../../src/core/index.js";

const cache = new Map<string, Promise<DerivedKey>>();

/** Derives a key, or gives the one derived before. */
export function cachedKey(source: KeySource): Promise<DerivedKey> {
  const name = JSON.stringify([source.secretKey, [...source.salt], source.iterations]);
  let key = cache.get(name);
  if (!key) {
    key = deriveKey(source);
    cache.set(name, key);
  }
  return key;
}

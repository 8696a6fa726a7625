/** A keyset from the keys of a file: each is derived once, however often the file is read again. */
import { createHash } from "node:crypto";
import {
  createKeyset,
  type DerivedKey,
  deriveKey,
  type KeyState,
  type Keyset,
} from "../core/index.js";
import { ConfigError } from "./config/index.js";
import type { KeysetTrust } from "./file-access.js";
import { type FileKey, parseKeysetFile } from "./keyset-file.js";
import type { FileSnapshot } from "./watched-file.js";

/** Reads a keyset file and derives what it has not derived before. */
export type KeysetLoader = (file: FileSnapshot) => Promise<Keyset>;

/**
 * A loader that remembers the keys of the last file it accepted; `trust` says whose it may be.
 * @throws ConfigError, from the loader, for a file that breaks a rule; it names no secret.
 */
export function createKeysetLoader(trust: KeysetTrust = {}, derive = deriveKey): KeysetLoader {
  let known = new Map<string, DerivedKey>();
  return async (file) => {
    const keys = parseKeysetFile(file, trust);
    const derived = new Map<string, DerivedKey>();
    const faults: string[] = [];
    const members = [];
    // One after the other: requests need the thread pool's other threads while keys are derived.
    for (const [i, key] of keys.entries()) {
      const source = sourceOf(key);
      const name = fingerprint(source);
      const member = known.get(name) ?? (await derive(source));
      derived.set(name, member);
      members.push({ ...member, state: key.state.toUpperCase() as KeyState });
      if (member.keyId !== key.keyId) {
        faults.push(`KEYSET_FILE keys[${i}].key_id must be ${member.keyId}, that of its key`);
      }
    }
    if (faults.length > 0) throw new ConfigError(faults);
    known = derived;
    return createKeyset(members);
  };
}

function sourceOf({ secretKey, salt, iterations }: FileKey) {
  return { secretKey: secretKey.reveal(), salt, iterations };
}

/** Names what a key is derived from without keeping it. */
function fingerprint({ secretKey, salt, iterations }: ReturnType<typeof sourceOf>): string {
  const parts = JSON.stringify([secretKey, Buffer.from(salt).toString("hex"), iterations]);
  return createHash("sha256").update(parts).digest("hex");
}

import type { Command } from "commander";
import type { FileKey } from "../../server/keyset-file.js";
import { printResult } from "../output.js";
import { findKey } from "./find-key.js";
import { editKeysetFile } from "./keyset-edit.js";
import type { KeysOptions } from "./options.js";

/** `secure-token keys promote [key-id]` */
export function addPromoteCommand(keys: Command): void {
  keys
    .command("promote")
    .description(
      "Make a key the primary. Every server must have loaded it before: one that has not calls its tokens invalid.",
    )
    .argument("[key-id]", "the key; may be left out when just one is staged")
    .action(async (keyId: string | undefined, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<KeysOptions>();
      let promoted: FileKey | undefined;
      await editKeysetFile(options.file, (present) => {
        promoted = keyId === undefined ? onlyStaged(present) : findKey(present, keyId);
        return promote(present, promoted.keyId, new Date().toISOString());
      });
      printResult({ keyId: promoted?.keyId, state: "primary" }, options);
    });
}

/** The keys once `keyId` is the primary; the primary before it still decrypts. */
export function promote(keys: readonly FileKey[], keyId: string, now: string): FileKey[] {
  if (findKey(keys, keyId).state === "primary") throw new Error(`${keyId} is the primary already`);
  return keys.map((key) => {
    // A secondary that returns loses its demotion: tokens will need it from now on.
    if (key.keyId === keyId) {
      return { ...key, state: "primary", promotedAt: now, demotedAt: undefined };
    }
    return key.state === "primary" ? { ...key, state: "secondary", demotedAt: now } : key;
  });
}

function onlyStaged(keys: readonly FileKey[]): FileKey {
  const [staged, another] = keys.filter(({ state }) => state === "staged");
  if (!staged) throw new Error("no key is staged: add one first");
  if (another) throw new Error("several keys are staged: name the one to promote");
  return staged;
}

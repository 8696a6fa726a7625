import type { Command } from "commander";
import { MAX_CLOCK_SKEW_SECONDS } from "../../core/fernet.js";
import { MAX_EXPIRES_HOURS } from "../../core/rules.js";
import type { FileKey } from "../../server/keyset-file.js";
import { printResult } from "../output.js";
import { findKey } from "./find-key.js";
import { editKeysetFile } from "./keyset-edit.js";
import type { KeysOptions } from "./options.js";

/** How long after its demotion a key may be needed: the longest lifetime, and clocks that differ. */
const NEEDED_MS = (MAX_EXPIRES_HOURS * 3600 + MAX_CLOCK_SKEW_SECONDS) * 1000;

/** `secure-token keys retire <key-id>` */
export function addRetireCommand(keys: Command): void {
  keys
    .command("retire")
    .description("Remove a key: tokens made with it become invalid. Never the primary.")
    .argument("<key-id>", "the key")
    .option("--force", "even if tokens that are still valid may need it", false)
    .action(async (keyId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<KeysOptions & { force: boolean }>();
      await editKeysetFile(options.file, (present) =>
        retire(present, keyId, { now: Date.now(), force: options.force }),
      );
      printResult({ keyId, state: "retired" }, options);
    });
}

/** The keys without `keyId`, unless it is the primary or, without `force`, may still be needed. */
export function retire(
  keys: readonly FileKey[],
  keyId: string,
  { now, force }: { readonly now: number; readonly force: boolean },
): FileKey[] {
  const key = findKey(keys, keyId);
  if (key.state === "primary") throw new Error(`${keyId} is the primary: promote another first`);
  const needed = neededUntil(key);
  if (!force && now <= needed) {
    const until = Number.isFinite(needed) ? `until ${new Date(needed).toISOString()}` : "for ever";
    throw new Error(`tokens that are still valid may need ${keyId} ${until}; --force removes it`);
  }
  return keys.filter((one) => one !== key);
}

/** The last millisecond at which a token of the key can be valid. */
function neededUntil({ state, promotedAt, demotedAt }: FileKey): number {
  if (demotedAt !== undefined) return Date.parse(demotedAt) + NEEDED_MS;
  // It made tokens and nobody noted until when.
  const wasPrimary = state === "secondary" || promotedAt !== undefined;
  return wasPrimary ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

import type { Command } from "commander";
import { editEntries, entryOf } from "./callers-edit.js";

/** `secure-token callers revoke <name>`: the caller, or with --old-keys all keys but its newest. */
export function addCallersRevoke(callers: Command): void {
  callers
    .command("revoke")
    .description("Remove a caller; with --old-keys, only the API keys older than its newest.")
    .argument("<name>")
    .requiredOption("--file <path>", "the callers file")
    .option("--old-keys", "end a rotation: keep the caller and its newest key")
    .action(async (name: string, { file, oldKeys }: { file: string; oldKeys?: boolean }) => {
      await editEntries(file, (entries) => {
        const entry = entryOf(entries, name);
        if (oldKeys) entry.api_keys = (entry.api_keys ?? []).slice(-1);
        else entries.splice(entries.indexOf(entry), 1);
      });
    });
}

import type { Command } from "commander";
import type { CallerEntry } from "../../server/callers/callers-file.js";
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
        if (oldKeys) entry.api_keys = newestKeyOf(entry);
        else entries.splice(entries.indexOf(entry), 1);
      });
    });
}

/** Without an old key nothing would end, and whoever has lost the only one would take it for ended. */
function newestKeyOf({
  name,
  api_keys: keys = [],
}: CallerEntry): NonNullable<CallerEntry["api_keys"]> {
  if (keys.length > 1) return keys.slice(-1);
  const advice =
    keys.length === 0
      ? "it is known by its certificate alone"
      : `\`callers rotate ${name}\` first gives it another key than this one`;
  throw new Error(`${name} has no old keys: ${advice}`);
}

import type { Command } from "commander";
import { decimalIn } from "../numbers.js";
import { UsageError } from "../usage.js";
import { editEntries, entryOf } from "./callers-edit.js";

interface EditOptions {
  readonly file: string;
  readonly holderRefresh?: boolean;
  readonly revokeEverything?: boolean;
  readonly rate?: number;
}

/** `secure-token callers edit <name>`: changes a row without touching its keys. */
export function addCallersEdit(callers: Command): void {
  callers
    .command("edit")
    .description("Change a caller's row; what no option names stays as it is.")
    .argument("<name>")
    .requiredOption("--file <path>", "the callers file")
    .option("--holder-refresh", "holders of the tokens that it issues may refresh them")
    .option("--no-holder-refresh", "they may not; this holds for tokens issued from then on")
    .option("--revoke-everything", "it may revoke every token at once")
    .option("--no-revoke-everything", "it may not")
    .option("--rate <calls>", "calls a second", decimalIn(0.01, 1e6))
    .action(async (name: string, _: unknown, command: Command) => {
      const { file, ...options } = command.optsWithGlobals<EditOptions>();
      const { holderRefresh, revokeEverything, rate } = options;
      const changes = {
        ...(holderRefresh !== undefined && { holder_refresh: holderRefresh }),
        ...(revokeEverything !== undefined && { revoke_everything: revokeEverything }),
        ...(rate !== undefined && { calls_per_second: rate }),
      };
      if (Object.keys(changes).length === 0) throw new UsageError("an option must name a change");
      await editEntries(file, (entries) => {
        Object.assign(entryOf(entries, name), changes);
      });
    });
}

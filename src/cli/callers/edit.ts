import type { Command } from "commander";
import { decimalIn } from "../numbers.js";
import { UsageError } from "../usage.js";
import { editEntries, entryOf } from "./callers-edit.js";
import { addRowOptions, grantsOf, type RowOptions, rpcsOf } from "./row-options.js";

interface EditOptions extends RowOptions {
  readonly file: string;
  readonly holderRefresh?: boolean;
  readonly revokeEverything?: boolean;
  readonly rate?: number;
}

/** `secure-token callers edit <name>`: changes a row without touching its keys. */
export function addCallersEdit(callers: Command): void {
  const edit = callers
    .command("edit")
    .description("Change a caller's row; what no option names stays as it is, its keys too.")
    .argument("<name>")
    .requiredOption("--file <path>", "the callers file");
  addRowOptions(edit)
    .option("--holder-refresh", "holders of the tokens that it issues may refresh them")
    .option("--no-holder-refresh", "they may not; this holds for tokens issued from then on")
    .option("--revoke-everything", "it may revoke every token at once")
    .option("--no-revoke-everything", "it may not")
    .option("--rate <calls>", "calls a second", decimalIn(0.01, 1e6))
    .action(async (name: string, _: unknown, command: Command) => {
      const { file, ...options } = command.opts<EditOptions>();
      const { holderRefresh, revokeEverything, rate } = options;
      if (Object.keys(options).length === 0) throw new UsageError("an option must name a change");
      const rpcs = rpcsOf(options);
      await editEntries(file, (entries) => {
        const entry = entryOf(entries, name);
        const grants = grantsOf(options, entry.grants);
        Object.assign(entry, {
          ...(rpcs.length > 0 && { rpcs }),
          ...(grants && { grants }),
          ...(holderRefresh !== undefined && { holder_refresh: holderRefresh }),
          ...(revokeEverything !== undefined && { revoke_everything: revokeEverything }),
          ...(rate !== undefined && { calls_per_second: rate }),
        });
      });
    });
}

import type { Command } from "commander";
import { printResult } from "../output.js";
import { readKeysetFile } from "./keyset-edit.js";
import type { KeysOptions } from "./options.js";

/** `secure-token keys list` */
export function addListCommand(keys: Command): void {
  keys
    .command("list")
    .description("The keys of a file, without their secrets.")
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<KeysOptions>();
      const present = await readKeysetFile(options.file);
      const told = present.map(({ keyId, state, createdAt, promotedAt, demotedAt }) => ({
        keyId,
        state,
        createdAt,
        promotedAt,
        demotedAt,
      }));
      if (options.json) return printResult(told, options);
      for (const { keyId, state, ...times } of told) {
        const { createdAt, promotedAt = "-", demotedAt = "-" } = times;
        process.stdout.write(
          `${keyId} ${state.padEnd(9)} created ${createdAt} promoted ${promotedAt} demoted ${demotedAt}\n`,
        );
      }
    });
}

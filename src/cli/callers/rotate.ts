import type { Command } from "commander";
import { MAX_API_KEYS } from "../../server/callers/callers-file.js";
import { generateApiKey } from "../../server/callers/credentials.js";
import { printValue } from "../output.js";
import { newApiKey } from "./add.js";
import { editEntries, entryOf } from "./callers-edit.js";

/** `secure-token callers rotate <name>`: a second key beside the first, which it prints once. */
export function addCallersRotate(callers: Command): void {
  callers
    .command("rotate")
    .description("Give a caller a new API key and print it, once. The newest old one stays valid.")
    .argument("<name>")
    .requiredOption("--file <path>", "the callers file")
    .action(async (name: string, _: unknown, command: Command) => {
      const { file, json } = command.optsWithGlobals<{ file: string; json: boolean }>();
      const key = generateApiKey();
      await editEntries(file, (entries) => {
        const entry = entryOf(entries, name);
        if ((entry.api_keys ?? []).length === 0) {
          throw new Error(
            `${name} is known by its certificate alone, and a key would let it in without one; remove it and add it again to change that`,
          );
        }
        const kept = (entry.api_keys ?? []).slice(-(MAX_API_KEYS - 1));
        entry.api_keys = [...kept, newApiKey(key)];
      });
      printValue(key, { name, apiKey: key }, { json });
    });
}

/** `secure-token keys`: the keyset file, from its first key to the retirement of the last but one. */
import type { Command } from "commander";
import { addAddCommand } from "./add.js";
import { addInitCommand } from "./init.js";
import { addListCommand } from "./list.js";
import { addPromoteCommand } from "./promote.js";
import { addRetireCommand } from "./retire.js";

/** Adds `keys` and its commands. */
export function addKeysCommand(program: Command): void {
  const keys = program
    .command("keys")
    .description("Edit a keyset file. Servers that watch it follow without a restart.")
    .requiredOption("--file <path>", "the keyset file, as in KEYSET_FILE");
  addInitCommand(keys);
  addAddCommand(keys);
  addPromoteCommand(keys);
  addRetireCommand(keys);
  addListCommand(keys);
}

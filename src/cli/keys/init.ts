import type { Command } from "commander";
import { printResult } from "../output.js";
import { createKeysetFile } from "./keyset-edit.js";
import { type NewKeyOptions, newKey, withNewKeyOptions } from "./new-key.js";
import type { KeysOptions } from "./options.js";

/** `secure-token keys init` */
export function addInitCommand(keys: Command): void {
  const command = keys.command("init").description("Make a file with one primary key.");
  withNewKeyOptions(command).action(async (_: unknown, self: Command) => {
    const options = self.optsWithGlobals<KeysOptions & NewKeyOptions>();
    const now = new Date().toISOString();
    const key = await newKey(options, { state: "primary", createdAt: now, promotedAt: now });
    await createKeysetFile(options.file, [key]);
    printResult({ keyId: key.keyId, state: key.state }, options);
  });
}

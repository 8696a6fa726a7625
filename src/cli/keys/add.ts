import type { Command } from "commander";
import { printResult } from "../output.js";
import { editKeysetFile } from "./keyset-edit.js";
import { type NewKeyOptions, newKey, withNewKeyOptions } from "./new-key.js";
import type { KeysOptions } from "./options.js";

/** `secure-token keys add` */
export function addAddCommand(keys: Command): void {
  const command = keys
    .command("add")
    .description("Stage a key: it decrypts, and encrypts nothing until it is promoted.");
  withNewKeyOptions(command).action(async (_: unknown, self: Command) => {
    const options = self.optsWithGlobals<KeysOptions & NewKeyOptions>();
    const key = await newKey(options, { state: "staged", createdAt: new Date().toISOString() });
    await editKeysetFile(options.file, (present) => [...present, key]);
    printResult({ keyId: key.keyId, state: key.state }, options);
  });
}

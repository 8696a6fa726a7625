import type { Command } from "commander";
import { readEntries } from "./callers-edit.js";

/** `secure-token callers list`: who may call what. Keys show as the start of their digest. */
export function addCallersList(callers: Command): void {
  callers
    .command("list")
    .description("List the callers.")
    .requiredOption("--file <path>", "the callers file")
    .action((_: unknown, command: Command) => {
      const { file, json } = command.optsWithGlobals<{ file: string; json: boolean }>();
      const { entries, revision } = readEntries(file);
      if (json) {
        process.stdout.write(`${JSON.stringify({ callers: entries, revision })}\n`);
        return;
      }
      for (const { name, rpcs, api_keys = [], certificates = [] } of entries) {
        const keys = api_keys.map(({ sha256 }) => `key ${sha256.slice(0, 8)}`);
        const names = certificates.map((one) => one.spiffe_id ?? one.dns_name);
        process.stdout.write(`${name}: ${[...keys, ...names].join(", ")}: ${rpcs.join(" ")}\n`);
      }
    });
}

import type { Command } from "commander";
import { generateSecretKey } from "../core/index.js";
import { parseDecimal } from "./numbers.js";

/** `secure-token generate-key` */
export function addGenerateKeyCommand(program: Command): void {
  program
    .command("generate-key")
    .description("A random secret key, for SECRET_KEY.")
    .option("--length <characters>", "16 to 1024", parseDecimal, 32)
    .action(({ length }: { length: number }) => {
      process.stdout.write(`${generateSecretKey(length)}\n`);
    });
}

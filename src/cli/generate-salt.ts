import type { Command } from "commander";
import { generateSalt } from "../core/index.js";
import { parseDecimal } from "./numbers.js";

/** `secure-token generate-salt` */
export function addGenerateSaltCommand(program: Command): void {
  program
    .command("generate-salt")
    .description("A random salt, for SALT.")
    .option("--length <bytes>", "16 to 1024", parseDecimal, 32)
    .action(({ length }: { length: number }) => {
      process.stdout.write(`base64:${Buffer.from(generateSalt(length)).toString("base64")}\n`);
    });
}

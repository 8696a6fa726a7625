import type { Command } from "commander";
import { generateSalt } from "../core/index.js";
import { decimalIn } from "./numbers.js";
import { printValue } from "./output.js";

/** `secure-token generate-salt` */
export function addGenerateSaltCommand(program: Command): void {
  program
    .command("generate-salt")
    .description("A random salt, for SALT.")
    .option("--length <bytes>", "16 to 1024", decimalIn(16, 1024, true), 32)
    .action((_: unknown, command: Command) => {
      const options = command.optsWithGlobals<{ length: number; json?: boolean }>();
      const salt = `base64:${Buffer.from(generateSalt(options.length)).toString("base64")}`;
      printValue(salt, { salt }, options);
    });
}

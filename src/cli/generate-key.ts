import type { Command } from "commander";
import { generateSecretKey } from "../core/index.js";
import { decimalIn } from "./numbers.js";
import { printValue } from "./output.js";

/** `secure-token generate-key` */
export function addGenerateKeyCommand(program: Command): void {
  program
    .command("generate-key")
    .description("A random secret key, for SECRET_KEY.")
    .option("--length <characters>", "16 to 1024", decimalIn(16, 1024, true), 32)
    .action((_: unknown, command: Command) => {
      const options = command.optsWithGlobals<{ length: number; json?: boolean }>();
      const secretKey = generateSecretKey(options.length);
      printValue(secretKey, { secretKey }, options);
    });
}

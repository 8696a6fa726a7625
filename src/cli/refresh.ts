import type { Command } from "commander";
import { parseDecimal } from "./numbers.js";
import { printResult } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";
import { readToken } from "./token-input.js";

/** `secure-token refresh [token]`: prints the new token alone, so that it can be piped on. */
export function addRefreshCommand(program: Command): void {
  program
    .command("refresh")
    .description("A new token for a valid one. Prints it alone; with --json, all that it holds.")
    .argument("[token]", "the token; from standard input when missing or -")
    .option("--expires-in <hours>", "how long the new one lives, fractions allowed", parseDecimal)
    .action(async (argument: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TargetOptions & { expiresIn?: number }>();
      const token = await readToken(argument);
      const issued = await withTarget(command, (target) =>
        target.refreshToken(token, { newExpiresInHours: options.expiresIn }),
      );
      if (options.json) printResult(issued, options);
      else process.stdout.write(`${issued.token}\n`);
    });
}

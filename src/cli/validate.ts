import type { Command } from "commander";
import { printResult } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";
import { readToken } from "./token-input.js";

/** `secure-token validate [token]` */
export function addValidateCommand(program: Command): void {
  program
    .command("validate")
    .description("A valid token's claims.")
    .argument("[token]", "the token; from standard input when missing or -")
    .option("--audience <name>", "the service that the token must be meant for")
    .action(async (argument: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TargetOptions & { audience?: string }>();
      const { audience } = options;
      const token = await readToken(argument);
      printResult(
        await withTarget(command, (target) => target.validateToken(token, { audience })),
        options,
      );
    });
}

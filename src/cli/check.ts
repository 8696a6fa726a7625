import type { Command } from "commander";
import { printResult } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";
import { readToken } from "./token-input.js";

/** `secure-token check <permission> [token]` */
export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .description("Whether a valid token holds a permission; exit code 6 when it does not.")
    .argument("<permission>", "the permission, compared exactly")
    .argument("[token]", "the token; from standard input when missing or -")
    .option("--audience <name>", "the service that the token must be meant for")
    .action(
      async (permission: string, argument: string | undefined, _: unknown, command: Command) => {
        const options = command.optsWithGlobals<TargetOptions & { audience?: string }>();
        const { audience } = options;
        const token = await readToken(argument);
        const granted = await withTarget(command, (target) =>
          target.checkPermission(token, permission, { audience }),
        );
        printResult({ granted }, options);
      },
    );
}

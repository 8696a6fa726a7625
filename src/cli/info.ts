import type { Command } from "commander";
import { printResult } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";
import { readToken } from "./token-input.js";

/** `secure-token info [token]` */
export function addInfoCommand(program: Command): void {
  program
    .command("info")
    .description("All that is known of a valid token.")
    .argument("[token]", "the token; from standard input when missing or -")
    .action(async (argument: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TargetOptions>();
      const token = await readToken(argument);
      printResult(await withTarget(command, (target) => target.getTokenInfo(token)), options);
    });
}

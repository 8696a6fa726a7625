import type { Command } from "commander";
import { parseDecimal } from "./numbers.js";
import { printValue } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";
import { readToken } from "./token-input.js";
import { UsageError } from "./usage.js";

interface RefreshCommandOptions extends TargetOptions {
  readonly expiresIn?: number;
  readonly revokeOld?: boolean;
}

/** `secure-token refresh [token]`: prints the new token alone, so that it can be piped on. */
export function addRefreshCommand(program: Command): void {
  program
    .command("refresh")
    .description("A new token for a valid one. Prints it alone; with --json, all that it holds.")
    .argument("[token]", "the token; from standard input when missing or -")
    .option("--expires-in <hours>", "how long the new one lives, fractions allowed", parseDecimal)
    .option("--revoke-old", "revoke the token that is replaced; needs --server")
    .action(async (argument: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RefreshCommandOptions>();
      const token = await readToken(argument);
      const { expiresIn: newExpiresInHours, revokeOld } = options;
      if (revokeOld && options.server === undefined) {
        throw new UsageError("--revoke-old needs --server: a local key keeps no revocations");
      }
      const issued = await withTarget(command, (target) =>
        target.refreshToken(token, { newExpiresInHours, ...(revokeOld && { revokeOld }) }),
      );
      printValue(issued.token, issued, options);
    });
}

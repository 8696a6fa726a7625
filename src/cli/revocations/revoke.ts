import type { Command } from "commander";
import type { RevocationOutcome, RevocationTarget } from "../../client/revocations.js";
import { isInstantText } from "../../core/instant-text.js";
import { EXIT_FAILURE, EXIT_INVALID_TOKEN } from "../exit-codes.js";
import { printResult } from "../output.js";
import { readToken } from "../token-input.js";
import { UsageError } from "../usage.js";
import { withServer } from "./server-only.js";

interface RevokeOptions {
  readonly tokenId?: string;
  readonly session?: string;
  readonly user?: string;
  readonly everything?: boolean;
  readonly issuedBefore?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** `secure-token revoke [token]`, or `--token-id`, `--session`, `--user`, `--everything`. */
export function addRevokeCommand(program: Command): void {
  program
    .command("revoke")
    .description("Take tokens back: one, those of a session, of a user, or all up to an instant.")
    .argument(
      "[token]",
      "the token; from standard input when missing or -, and nothing else is named",
    )
    .option("--token-id <id>", "the token with this id")
    .option("--session <id>", "every token of this session")
    .option("--user <id>", "every token of this user")
    .option("--everything", "every token, whoever's it is; needs --issued-before")
    .option(
      "--issued-before <time>",
      "only sessions that began at this instant or earlier (ISO 8601)",
    )
    .option("--reason <text>", "why, for the log and the list")
    .action(async (argument: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RevokeOptions>();
      const target = await targetOf(argument, options);
      const { reason } = options;
      const [outcome] = await withServer(command, (client) =>
        client.revokeTokens([target], { reason }),
      );
      printResult({ outcome }, options);
      process.exitCode = exitCodeFor(outcome);
    });
}

/** A script must not take it for revoked what is no token, or what became of it that it cannot tell. */
function exitCodeFor(outcome: RevocationOutcome | undefined): number {
  if (outcome === "REVOKED" || outcome === "ALREADY_EXPIRED") return 0;
  return outcome === "NOT_AUTHENTIC" ? EXIT_INVALID_TOKEN : EXIT_FAILURE;
}

async function targetOf(
  argument: string | undefined,
  { tokenId, session, user, everything, issuedBefore }: RevokeOptions,
): Promise<RevocationTarget> {
  const named = [argument, tokenId, session, user, everything].filter((each) => each !== undefined);
  if (named.length > 1) {
    throw new UsageError("name one of: a token, --token-id, --session, --user, --everything");
  }
  if (issuedBefore !== undefined && user === undefined && !everything) {
    throw new UsageError("--issued-before needs --user or --everything");
  }
  if (tokenId !== undefined) return { tokenId };
  if (session !== undefined) return { sessionId: session };
  if (user !== undefined) {
    return {
      userId: user,
      issuedBefore: issuedBefore === undefined ? undefined : toDate(issuedBefore),
    };
  }
  if (!everything) return { token: await readToken(argument) };
  if (issuedBefore === undefined) throw new UsageError("--everything needs --issued-before");
  return { everythingIssuedBefore: toDate(issuedBefore) };
}

/** An instant with its zone: without one, it would be that of whoever's shell it is. */
function toDate(text: string): Date {
  if (isInstantText(text)) return new Date(text);
  throw new UsageError("--issued-before must be an instant such as 2026-11-26T08:00:00Z");
}

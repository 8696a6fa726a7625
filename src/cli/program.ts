/** The command line of `secure-token`: its options, and the commands that a line asks for. */
import { Command } from "commander";
import { printable } from "../server/printable.js";
import { VERSION } from "../server/version.js";
import { COMMANDS } from "./commands.js";
import { addServerOptions } from "./server-options.js";
import { refuseRepeats } from "./usage.js";

/**
 * Puts the command line together; it has not been read yet.
 * @param args what stands on the line: only the command that it names is there. Default: all commands are.
 */
export async function createProgram(args: readonly string[] = []): Promise<Command> {
  const program: Command = withOptions(new Command("secure-token").version(VERSION))
    .description("Issue and check self-contained encrypted tokens.")
    .addHelpText(
      "after",
      `
  Environment:
  SECRET_KEY, SALT        the local key, and the server's
  KEYSET_FILE             several keys, in place of these two
  SECURE_TOKEN_API_KEY    the credential sent to --server

Exit codes:
  0 done   1 failure   2 usage   78 configuration
  3 TokenError   4 TokenExpiredError   5 InvalidTokenError   6 PermissionDeniedError`,
    )
    .configureOutput({
      // It quotes what it does not know. With --json the error is printed where it is caught.
      outputError: (text, write) => program.opts().json || write(printableLines(text)),
    })
    .exitOverride();

  for (const load of commandsOf(args)) (await load())(program);
  refuseRepeats(program);
  return program;
}

function withOptions(program: Command): Command {
  program.option("--json", "print JSON, for programs", false);
  addServerOptions(program);
  return program;
}

/** The command that a line names; all of them for one that names none, for help, and for completion, which tells of all. */
function commandsOf(args: readonly string[]) {
  const reader = withOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  let name: string | undefined;
  try {
    name = reader.parseOptions([...args]).operands[0];
  } catch {
    // The fault is told by whoever reads the line in earnest.
  }
  const isOne = name !== undefined && name !== "completion" && Object.hasOwn(COMMANDS, name);
  return isOne ? [COMMANDS[name as string] as (typeof COMMANDS)[string]] : Object.values(COMMANDS);
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

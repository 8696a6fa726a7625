/** The `secure-token` command. */
// Before all others.
import "./early-signals.js";
import { CommanderError } from "commander";
import { EXIT_FAILURE, EXIT_USAGE } from "./exit-codes.js";
import { printError } from "./output.js";
import { createProgram } from "./program.js";
import { UsageError } from "./usage.js";

const program = await createProgram(process.argv.slice(2));

process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  // The reader, `head` for example, has what it wanted.
  if (code === "EPIPE") process.exit();
  const fault = new Error(`standard output cannot be written (${code})`);
  printError(fault, Boolean(program.opts().json));
  process.exit(EXIT_FAILURE);
});
// Nobody can be told, and the work goes on: a note that is lost must not take the key after it along.
process.stderr.on("error", () => {});

try {
  await program.parseAsync();
} catch (error) {
  const json = Boolean(program.opts().json);
  if (!(error instanceof CommanderError)) printError(error, json);
  // Commander has told the person already; help and version are no faults.
  else if (error.exitCode === 0) process.exitCode = 0;
  else if (json && error.code !== "commander.help") {
    printError(new UsageError(error.message.replace(/^error: /, "")), json);
  } else process.exitCode = EXIT_USAGE;
}

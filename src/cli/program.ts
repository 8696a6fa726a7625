/** All commands and options of `secure-token`. */
import { Command } from "commander";
import { printable } from "../server/printable.js";
import { VERSION } from "../server/version.js";
import { addCallersAdd } from "./callers/add.js";
import { addCallersEdit } from "./callers/edit.js";
import { addCallersList } from "./callers/list.js";
import { addCallersRevoke } from "./callers/revoke.js";
import { addCallersRotate } from "./callers/rotate.js";
import { addCheckCommand } from "./check.js";
import { addCompletionCommand } from "./completion.js";
import { addConfigCommand } from "./doctor/config-check.js";
import { addDoctorCommand } from "./doctor/doctor.js";
import { addExportConfigCommand } from "./export-config.js";
import { addGenerateCommand } from "./generate.js";
import { addGenerateKeyCommand } from "./generate-key.js";
import { addGenerateSaltCommand } from "./generate-salt.js";
import { addHealthCommand } from "./health.js";
import { addInfoCommand } from "./info.js";
import { addKeysCommand } from "./keys/index.js";
import { addRefreshCommand } from "./refresh.js";
import { addRevocationsCommand } from "./revocations/index.js";
import { addRevokeCommand } from "./revocations/revoke.js";
import { addServeCommand } from "./serve.js";
import { addServerOptions } from "./server-target.js";
import { refuseRepeats } from "./usage.js";
import { addValidateCommand } from "./validate.js";

/** Puts the command line together; it has not been read yet. */
export function createProgram(): Command {
  const program: Command = new Command("secure-token")
    .description("Issue and check self-contained encrypted tokens.")
    .version(VERSION)
    .option("--json", "print JSON, for programs", false)
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

  addServerOptions(program);
  addServeCommand(program);
  addGenerateKeyCommand(program);
  addGenerateSaltCommand(program);
  addKeysCommand(program);
  addGenerateCommand(program);
  addValidateCommand(program);
  addCheckCommand(program);
  addRefreshCommand(program);
  addRevokeCommand(program);
  addRevocationsCommand(program);
  addInfoCommand(program);
  addExportConfigCommand(program);
  addConfigCommand(program);
  addDoctorCommand(program);
  addHealthCommand(program);

  const callers = program.command("callers").description("Edit a callers file.");
  addCallersAdd(callers);
  addCallersEdit(callers);
  addCallersRotate(callers);
  addCallersRevoke(callers);
  addCallersList(callers);
  addCompletionCommand(program);
  refuseRepeats(program);
  return program;
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

import type { Command } from "commander";
import { printResult } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";

/** `secure-token export-config` */
export function addExportConfigCommand(program: Command): void {
  program
    .command("export-config")
    .description("How tokens are made, without any key material.")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<TargetOptions>();
      printResult(await withTarget(options, (target) => target.exportConfig()), options);
    });
}

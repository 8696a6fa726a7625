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
      const config = await withTarget(command, (target) => target.exportConfig());
      // As the setting SALT reads it.
      const salt = `base64:${Buffer.from(config.salt).toString("base64")}`;
      printResult({ ...config, salt }, options);
    });
}

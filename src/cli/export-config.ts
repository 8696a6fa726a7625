import type { Command } from "commander";
import { VERSION } from "../server/version.js";
import { printResult } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";

/** What a server and the local key have in common of their answers; all of it is printed. */
interface Exported {
  readonly salt: Uint8Array;
}

/** `secure-token export-config` */
export function addExportConfigCommand(program: Command): void {
  program
    .command("export-config")
    .description("How tokens are made, without any key material.")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<TargetOptions>();
      const config = await withTarget<Exported>(command, (target) => target.exportConfig());
      // As the setting SALT reads it.
      const salt = `base64:${Buffer.from(config.salt).toString("base64")}`;
      // Without a server, what makes tokens is this command's own package.
      printResult({ serverVersion: VERSION, ...config, salt }, options);
    });
}

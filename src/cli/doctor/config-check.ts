import type { Command } from "commander";
import { checkConfiguration } from "../../server/checkup/configuration.js";
import { endWith, printFindings } from "./findings.js";

/** `secure-token config check` */
export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .description("Examine the configuration.")
    .command("check")
    .description("Read settings and files as `serve` does, without opening a port; 78 on a fault.")
    .action(async (_: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json: boolean }>();
      const { findings } = await checkConfiguration(process.env, process.geteuid?.(), Date.now());
      printFindings(findings, json);
      endWith(findings);
    });
}

import type { Command } from "commander";
import { checkConfiguration } from "../../server/checkup/configuration.js";
import { type Finding, warning } from "../../server/checkup/finding.js";
import { logFindings } from "../../server/checkup/revocations.js";
import type { Config } from "../../server/config/index.js";
import { EXIT_FAILURE } from "../exit-codes.js";
import { urlOf } from "../own-server.js";
import type { TargetOptions } from "../target.js";
import { endWith, printFindings } from "./findings.js";
import { checkPort } from "./port.js";
import { askServer } from "./round-trip.js";

/** `secure-token doctor` */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description(
      "Examine configuration, port, certificates, the log of revocations, and a running server; say what to do. Ends with 78 on a fault of the configuration, with 1 on any other.",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<TargetOptions>();
      const uid = process.geteuid?.();
      const { findings, config } = await checkConfiguration(process.env, uid, Date.now());
      const others = [
        ...(config ? await logFindings(config) : []),
        ...(await examine(options, config, uid)),
      ];
      printFindings([...findings, ...others], Boolean(options.json));
      if (others.some(({ level }) => level === "error")) process.exitCode = EXIT_FAILURE;
      endWith(findings);
    });
}

/** The port, and the server that `--server` names or that holds the port. */
async function examine(
  options: TargetOptions,
  config: Config | undefined,
  uid: number | undefined,
): Promise<Finding[]> {
  const { server } = options;
  if (server !== undefined) return askServer({ ...options, server }, config, uid);
  if (!config || config.port === 0) return [];
  const { state, finding } = await checkPort(config.host, config.port);
  if (state !== "in use") {
    return [finding, ...(state === "free" ? [warning("no server runs there to be asked")] : [])];
  }
  return [finding, ...(await askServer({ ...options, server: urlOf(config) }, config, uid))];
}

import type { Command } from "commander";
import { checkConfiguration } from "../../server/checkup/configuration.js";
import { type Finding, warning } from "../../server/checkup/finding.js";
import { logFindings } from "../../server/checkup/revocations.js";
import { type Config, isLoopback } from "../../server/config/index.js";
import { awaitsHeaderHere } from "../../server/local-proxy.js";
import { EXIT_FAILURE } from "../exit-codes.js";
import { urlOf } from "../own-server.js";
import { toUrl } from "../server-url.js";
import type { TargetOptions } from "../target.js";
import { endWith, printFindings } from "./findings.js";
import { checkPort, metricsPortFindings } from "./port.js";
import { askServer } from "./round-trip.js";

/** A call would be cut, and leave lines in the server's log. */
const NOT_ASKED = warning(
  "the server was not asked: with PROXY_PROTOCOL it cuts connections of TRUSTED_PROXIES without a header, and this machine's address is one of these; /readyz of METRICS_PORT tells whether it serves",
);

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

/** The ports, and the server that `--server` names or that holds the first of them. */
async function examine(
  options: TargetOptions,
  config: Config | undefined,
  uid: number | undefined,
): Promise<Finding[]> {
  const { server } = options;
  if (server !== undefined) {
    if (config && isHere(server, config) && awaitsHeaderHere(config)) return [NOT_ASKED];
    return askServer({ ...options, server }, config, uid);
  }
  if (!config) return [];
  if (config.port === 0) return metricsPortFindings(config, true);
  const { state, finding } = await checkPort(config);
  const found = [finding, ...(await metricsPortFindings(config, state === "in use"))];
  if (state === "free") return [...found, warning("no server runs there to be asked")];
  if (state === "refused") return found;
  if (awaitsHeaderHere(config)) return [...found, NOT_ASKED];
  return [...found, ...(await askServer({ ...options, server: urlOf(config) }, config, uid))];
}

/** Whether `--server` names the port of this configuration on this machine. */
function isHere(server: string, { port }: Config): boolean {
  const url = toUrl(server);
  return isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1")) && Number(url.port) === port;
}

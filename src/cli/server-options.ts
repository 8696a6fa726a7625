/** The options that say how a server is asked. */
import type { Command } from "commander";
import type { ServerTlsOptions } from "./server-tls.js";
import { UsageError } from "./usage.js";

/** Options beside `--server`. */
export interface ServerOptions extends ServerTlsOptions {
  readonly server: string;
  readonly apiKeyFile?: string;
  readonly allowPlaintext?: boolean;
}

/**
 * Commands that ask a server. Every other one refuses the options of a server, which it would drop: with
 * `callers list --server`, somebody would take the file here for that of the server.
 */
const ASKING = new Set([
  "generate",
  "validate",
  "check",
  "refresh",
  "revoke",
  "revocations list",
  "revocations watch",
  "info",
  "export-config",
  "health",
  "doctor",
]);
/** Options that mean something beside `--server` alone. */
const OF_A_SERVER = ["ca", "cert", "key", "apiKeyFile", "allowPlaintext"] as const;

/** Adds `--server` and what belongs to it, for the commands that ask a server. */
export function addServerOptions(program: Command): void {
  program
    .option("--server <url>", "ask this server; without it, the local key is used")
    .option("--ca <file>", "PEM; the authority that signs the server's certificate")
    .option("--cert <file>", "PEM; the client certificate to show, with --key")
    .option("--key <file>", "PEM; the private key of --cert")
    .option("--api-key-file <file>", "the API key to send; else that of SECURE_TOKEN_API_KEY")
    .option("--allow-plaintext", "send the API key over http:// beyond loopback too")
    .hook("preAction", (_, command) => refuseDropped(command));
}

/** @throws UsageError for an option that the command would drop. */
function refuseDropped(command: Command): void {
  const options = command.optsWithGlobals<Partial<ServerOptions>>();
  const name = pathOf(command);
  const given = (["server", ...OF_A_SERVER] as const).find((one) => options[one] !== undefined);
  if (given === undefined) return;
  if (!ASKING.has(name)) throw new UsageError(`--${dashed(given)}: ${name} asks no server`);
  // The doctor asks the server that runs here, and needs what it asks for.
  if (given === "server" || name === "doctor") return;
  throw new UsageError(`--${dashed(given)} needs --server`);
}

/** The words of a command: `revocations list`. */
function pathOf(command: Command): string {
  const { parent } = command;
  if (parent === null) return "";
  return `${pathOf(parent)} ${command.name()}`.trim();
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (char) => `-${char.toLowerCase()}`);
}

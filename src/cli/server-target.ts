/** The options that say how a server is asked. */
import type { Command } from "commander";
import { checkApiKey } from "../client/api-key.js";
import { createSecureTokenClient, type SecureTokenClient } from "../client/node.js";
import { isLoopback, readEnvironment } from "../server/config/index.js";
import type { Asked } from "./call-failure.js";
import { readOptionFile } from "./option-file.js";
import { readServerTls, type ServerTlsOptions } from "./server-tls.js";
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

/** A client as the options say, and how it asks. @throws UsageError */
export function openClient(options: ServerOptions): { client: SecureTokenClient; asked: Asked } {
  const url = toUrl(options.server);
  const { apiKey, keyFrom } = apiKeyOf(options);
  const isSafe = url.protocol === "https:" || isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"));
  if (apiKey !== undefined && !isSafe && !options.allowPlaintext) {
    throw new UsageError(
      `the API key would go to ${options.server} in the clear: use https://, or --allow-plaintext`,
    );
  }
  const server = url.href.replace(/\/$/, "");
  return {
    client: createSecureTokenClient({
      baseUrl: server,
      apiKey,
      insecure: isSafe || options.allowPlaintext,
      nodeOptions: readServerTls(options),
    }),
    asked: { server, keyFrom, showsCertificate: options.cert !== undefined },
  };
}

/** The URL of --server; without a scheme it is https://, on loopback http://. @throws UsageError */
export function toUrl(text: string): URL {
  const isBare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const host = /^(?:\[(.*)\]|([^:/]*))(:\d+)?\/?$/.exec(text);
  const scheme = isLoopback(host?.[1] ?? host?.[2] ?? "") ? "http" : "https";
  const whole = isBare ? `${scheme}://${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const isWeb = url && /^https?:$/.test(url.protocol) && (!isBare || host);
  if (isWeb && !url.username && !url.password && !url.search && !url.hash) return url;
  throw new UsageError(
    "--server must be host:port, http://… or https://…, without user, query and fragment",
  );
}

/** The key and where it came from. @throws UsageError that names the place of a wrong key. */
function apiKeyOf({ apiKeyFile }: ServerOptions): {
  apiKey: string | undefined;
  keyFrom: string | undefined;
} {
  const { text, keyFrom } = apiKeyText(apiKeyFile);
  if (text === undefined) return { apiKey: undefined, keyFrom: undefined };
  try {
    return { apiKey: checkApiKey(text, keyFrom), keyFrom };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Of a file, its text without white space around; a file that the user names goes first. */
function apiKeyText(apiKeyFile: string | undefined) {
  if (apiKeyFile !== undefined) {
    const keyFrom = `--api-key-file ${apiKeyFile}`;
    return { text: readOptionFile("api-key-file", apiKeyFile).trim(), keyFrom };
  }
  const { settings } = readEnvironment(process.env, "remote");
  // An empty variable counts as unset.
  return { text: settings.SECURE_TOKEN_API_KEY || undefined, keyFrom: "SECURE_TOKEN_API_KEY" };
}

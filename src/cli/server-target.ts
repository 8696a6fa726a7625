/** The options that say how a server is asked. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { createSecureTokenClient, type SecureTokenClient } from "../client/node.js";
import { isLoopback, readEnvironment } from "../server/config/index.js";
import type { Asked } from "./call-failure.js";
import { UsageError } from "./usage.js";

/** Options beside `--server`. */
export interface ServerOptions {
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly apiKeyFile?: string;
  readonly allowPlaintext?: boolean;
}

/** Adds `--server` and what belongs to it. */
export function addServerOptions(program: Command): void {
  program
    .option("--server <url>", "ask this server; without it, the local key is used")
    .option("--ca <file>", "PEM; the authority that signs the server's certificate")
    .option("--cert <file>", "PEM; the client certificate to show, with --key")
    .option("--key <file>", "PEM; the private key of --cert")
    .option("--api-key-file <file>", "the API key to send; else that of SECURE_TOKEN_API_KEY")
    .option("--allow-plaintext", "send the API key over http:// beyond loopback too");
}

/** A client as the options say, and how it asks. @throws UsageError */
export function openClient(options: ServerOptions): { client: SecureTokenClient; asked: Asked } {
  const url = toUrl(options.server);
  const { apiKey, keyFrom } = apiKeyOf(options);
  const { cert, key } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--cert and --key must be given together");
  }
  const isSafe = url.protocol === "https:" || isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"));
  if (apiKey !== undefined && !isSafe && !options.allowPlaintext) {
    throw new UsageError(
      `the API key would go to ${options.server} in the clear: use https://, or --allow-plaintext`,
    );
  }
  const tls = { ca: options.ca, cert, key };
  const nodeOptions = Object.fromEntries(
    Object.entries(tls).flatMap(([name, path]) =>
      path === undefined ? [] : [[name, readOption(name, path)]],
    ),
  );
  const server = url.href.replace(/\/$/, "");
  return {
    client: createSecureTokenClient({
      baseUrl: server,
      apiKey,
      insecure: isSafe || options.allowPlaintext,
      nodeOptions,
    }),
    asked: { server, keyFrom, showsCertificate: cert !== undefined },
  };
}

/** The URL of --server; without a scheme it is https://, on loopback http://. @throws UsageError */
export function toUrl(text: string): URL {
  const isBare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const host = /^(?:\[(.*)\]|([^:/]*))(:\d+)?\/?$/.exec(text);
  const scheme = isLoopback(host?.[1] ?? host?.[2] ?? "") ? "http" : "https";
  const whole = isBare ? `${scheme}://${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url && /^https?:$/.test(url.protocol) && (!isBare || host)) return url;
  throw new UsageError("--server must be host:port, http://… or https://…");
}

/** Of a file, its text without white space around; a file that the user names goes first. */
function apiKeyOf({ apiKeyFile }: ServerOptions): {
  apiKey: string | undefined;
  keyFrom: string | undefined;
} {
  if (apiKeyFile !== undefined) {
    return {
      apiKey: readOption("api-key-file", apiKeyFile).trim(),
      keyFrom: `--api-key-file ${apiKeyFile}`,
    };
  }
  const { settings } = readEnvironment(process.env, "remote");
  // An empty variable counts as unset.
  const apiKey = settings.SECURE_TOKEN_API_KEY || undefined;
  return { apiKey, keyFrom: apiKey && "SECURE_TOKEN_API_KEY" };
}

/** The text of a file that an option names. @throws UsageError */
export function readOption(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new UsageError(`--${name} ${path} cannot be read (${code})`);
  }
}

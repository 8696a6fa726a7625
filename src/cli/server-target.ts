/** A client of the server that the options name. */
import { checkApiKey } from "../client/api-key.js";
import { createSecureTokenClient, type SecureTokenClient } from "../client/node.js";
import { isLoopback, readEnvironment } from "../server/config/index.js";
import type { Asked } from "./explain-failure.js";
import { readOptionFile } from "./option-file.js";
import type { ServerOptions } from "./server-options.js";
import { readServerTls } from "./server-tls.js";
import { toUrl } from "./server-url.js";
import { UsageError } from "./usage.js";

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

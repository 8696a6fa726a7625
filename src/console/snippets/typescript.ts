/** TypeScript over the package's own client. */
import { isBelowPath } from "../base-url.js";
import { visibleJson } from "../visible-text.js";
import type { CallText, Setting } from "./calls.js";

/** A program for Node: a key that lets its holder call the service does not belong in a page. */
export function typeScript(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const withToken = calls.some((call) => call.withToken);
  const options = [
    `baseUrl: ${visibleJson(baseUrl)}`,
    ...(isBelowPath(baseUrl) ? ['protocol: "connect"', 'httpVersion: "1.1"'] : []),
    ...(hasKey ? ["apiKey: env.API_KEY"] : []),
  ];
  return [
    ...(withToken || hasKey ? ['import { env } from "node:process";'] : []),
    'import { createSecureTokenClient } from "secure-token-service/client";',
    "",
    `const client = createSecureTokenClient({ ${options.join(", ")} });`,
    ...(withToken ? ['const token = env.TOKEN ?? "";'] : []),
    ...calls.map(({ statement }) => statement),
  ].join("\n");
}

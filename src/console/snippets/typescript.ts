/** TypeScript over the package's own client. */
import { isBelowPath } from "../base-url.js";
import { visibleJson } from "../visible-text.js";
import { type CallText, type Setting, secretOf } from "./calls.js";

/** A program for Node: a key that lets its holder call the service does not belong in a page. */
export function typeScript(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  const secret = secretOf(calls);
  const options = [
    `baseUrl: ${visibleJson(baseUrl)}`,
    ...(isBelowPath(baseUrl) ? ['protocol: "connect"', 'httpVersion: "1.1"'] : []),
    ...(hasKey ? ["apiKey: env.API_KEY"] : []),
  ];
  return [
    ...(secret || hasKey ? ['import { env } from "node:process";'] : []),
    'import { createSecureTokenClient } from "secure-token-service/client";',
    "",
    `const client = createSecureTokenClient({ ${options.join(", ")} });`,
    ...(secret === "TOKEN" ? ['const token = env.TOKEN ?? "";'] : []),
    ...(secret === "TOKENS" ? ['const tokens = (env.TOKENS ?? "").split(",");'] : []),
    ...calls.map(({ statement }) => statement),
  ].join("\n");
}

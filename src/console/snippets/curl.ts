/** `curl` and plain JSON: token and key reach it as a configuration on its standard input. */
import { visibleJson } from "../visible-text.js";
import type { CallText, Setting } from "./calls.js";
import { inHeredoc, singleQuoted } from "./shell.js";

/** `curl`, one command a call. */
export function curl(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  return calls
    .map(({ rpc, fields, withToken }) => {
      const command = `curl ${baseUrl}/securetoken.v1.TokenService/${rpc} \\\n  -H 'content-type: application/json'`;
      const json = visibleJson(fields);
      if (!withToken && !hasKey) return `${command} \\\n  -d ${singleQuoted(json)}`;
      const rest = inHeredoc(inQuotes(json.slice(1).replaceAll("!", "\\u0021")));
      const token = withToken
        ? `${inHeredoc(inQuotes('"token":"'))}$TOKEN${inHeredoc(inQuotes('"'))}`
        : "";
      const comma = withToken && json !== "{}" ? "," : "";
      const lines = [
        ...(hasKey ? ['header = "authorization: Bearer $API_KEY"'] : []),
        `data = "{${token}${comma}${rest}"`,
      ];
      return `${command} -K - <<EOF\n${lines.join("\n")}\nEOF`;
    })
    .join("\n\n");
}

/** As curl reads a quoted value of its configuration. */
function inQuotes(text: string): string {
  return text.replace(/[\\"]/g, "\\$&");
}

/** `curl` and plain JSON: token and key reach it as a configuration on its standard input. */
import { visibleJson } from "../visible-text.js";
import type { CallText, Setting } from "./calls.js";
import { inHeredoc, requestInHeredoc, singleQuoted } from "./shell.js";

/** `curl`, one command a call. */
export function curl(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  return calls
    .map((call) => {
      const url = `${baseUrl}/securetoken.v1.TokenService/${call.rpc}`;
      const command = `curl ${url} \\\n  -H 'content-type: application/json'`;
      if (call.secret === "none" && !hasKey) {
        return `${command} \\\n  -d ${singleQuoted(visibleJson(call.fields))}`;
      }
      const lines = [
        ...(hasKey ? ['header = "authorization: Bearer $API_KEY"'] : []),
        `data = "${requestInHeredoc(call, inQuotes)}"`,
      ];
      return `${command} -K - <<EOF\n${lines.join("\n")}\nEOF`;
    })
    .join("\n\n");
}

/** As curl reads a quoted value of its configuration, in a here-document. */
function inQuotes(json: string): string {
  return inHeredoc(json.replaceAll("!", "\\u0021").replace(/[\\"]/g, "\\$&"));
}

/** `buf curl`: token and key reach it through its standard input, which no process list shows. */
import { visibleJson } from "../visible-text.js";
import type { CallText, Setting } from "./calls.js";
import { inHeredoc, requestInHeredoc, singleQuoted } from "./shell.js";

/** `buf curl`, one command a call. */
export function bufCurl(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  return calls
    .map((call) => {
      const url = `${baseUrl}/securetoken.v1.TokenService/${call.rpc}`;
      if (call.secret === "none" && !hasKey) {
        return `buf curl ${url} \\\n  -d ${singleQuoted(visibleJson(call.fields))}`;
      }
      const body = requestInHeredoc(call, inHeredoc);
      return hasKey
        ? `buf curl ${url} \\\n  -H @- -d @- <<EOF\nauthorization: Bearer $API_KEY\n\n${body}\nEOF`
        : `buf curl ${url} -d @- <<EOF\n${body}\nEOF`;
    })
    .join("\n\n");
}

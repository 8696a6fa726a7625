/** `buf curl`: token and key reach it through its standard input, which no process list shows. */
import { visibleJson } from "../visible-text.js";
import type { CallText, Setting } from "./calls.js";
import { inHeredoc, singleQuoted } from "./shell.js";

/** `buf curl`, one command a call. */
export function bufCurl(calls: readonly CallText[], { baseUrl, hasKey }: Setting): string {
  return calls
    .map(({ rpc, fields, withToken }) => {
      const url = `${baseUrl}/securetoken.v1.TokenService/${rpc}`;
      const json = visibleJson(fields);
      if (!withToken && !hasKey) return `buf curl ${url} \\\n  -d ${singleQuoted(json)}`;
      const text = inHeredoc(json);
      const body = withToken
        ? `{"token":"$TOKEN"${text === "{}" ? "}" : `,${text.slice(1)}`}`
        : text;
      return hasKey
        ? `buf curl ${url} \\\n  -H @- -d @- <<EOF\nauthorization: Bearer $API_KEY\n\n${body}\nEOF`
        : `buf curl ${url} -d @- <<EOF\n${body}\nEOF`;
    })
    .join("\n\n");
}

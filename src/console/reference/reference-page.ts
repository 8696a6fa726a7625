/** The page with every RPC and error, beside the console: made by the build from docs/reference. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { type Heading, renderMarkdown } from "./markdown.js";

const DOCUMENTS = ["rpcs.md", "errors.md"];
/** What stands first in each document, and is of use in the repository alone. */
const ORIGIN = /^Made from .*\n\n/m;
const PLACE = "<!-- reference -->";

/** Puts the documents into reference.html. */
export const referencePage: Plugin = {
  name: "reference-page",
  transformIndexHtml: (html) => html.replace(PLACE, () => referenceHtml()),
};

/** What the page holds: where to go, and the documents. */
export function referenceHtml(): string {
  const parts = DOCUMENTS.map((name) => {
    const path = fileURLToPath(new URL(`../../../docs/reference/${name}`, import.meta.url));
    const text = readFileSync(path, "utf8").replace(ORIGIN, "");
    // Where there is no second level, the third takes its place: no level is left out.
    return renderMarkdown(/^## /m.test(text) ? text : text.replace(/^### /gm, "## "));
  });
  const headings = parts.flatMap((part) => part.headings);
  return [
    `<nav aria-label="RPCs and errors"><ul>${linksOf(headings)}</ul></nav>`,
    ...parts.map(({ html }) => html),
  ].join("\n");
}

/** Links to the RPCs and to the reasons of errors; messages are reached from these. */
function linksOf(headings: readonly Heading[]): string {
  const messages = headings.findIndex(({ id }) => id === "messages");
  const rpcs = headings.slice(0, messages).filter(({ level }) => level === 4);
  const reasons = headings.filter(({ id }) => id === "errorreason");
  return [...rpcs, ...reasons]
    .map(({ id, text }) => `<li><a href="#${id}">${text}</a></li>`)
    .join("");
}

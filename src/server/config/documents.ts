/** The table of settings as documents: Markdown for people, JSON Schema for tools. */
import { LOCAL_COMMANDS, type Reader } from "./setting.js";
import { SETTINGS } from "./settings.js";

const HEAD = ["name", "default", "read by", "meaning"];

/** The table of settings in docs/operate/configure.md, its columns aligned. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([name, { defaultText, readers, meaning }]) => [
    `\`${name}\``,
    defaultText,
    readBy(readers),
    meaning,
  ]);
  const widths = HEAD.map((title, i) =>
    Math.max(...[HEAD, ...rows].map((row) => [...(row[i] ?? title)].length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - [...cell].length)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(HEAD), rule, ...rows.map(line)].join("\n");
}

/** docs/settings.schema.json: an environment, or what `.env` holds, as an object of strings. */
export function settingsSchema(): object {
  const properties = Object.entries(SETTINGS).map(([name, row]) => [
    name,
    {
      description: `${withoutLinks(row.meaning)}. Default: ${row.defaultText}. Read by: ${readBy(row.readers)}.`,
      type: "string",
      ...row.schema,
    },
  ]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:secure-token:settings",
    title: "Settings of Secure Token",
    description:
      "Environment variables, all of them text. Ranges of numbers are in the descriptions. Other variables may stand beside them.",
    type: "object",
    properties: Object.fromEntries(properties),
  };
}

/** Markdown's links lead nowhere from a schema: their words alone. */
function withoutLinks(markdown: string): string {
  return markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}

/** Readers in words: all commands that work with the local key are told as one. */
function readBy(readers: readonly Reader[]): string {
  const local = LOCAL_COMMANDS.every((name) => readers.includes(name));
  const names = readers
    .filter((name) => !local || !(LOCAL_COMMANDS as readonly string[]).includes(name))
    .map((name) => WORDS[name] ?? `\`${name}\``);
  return [...names, ...(local ? ["commands with the local key"] : [])].join(", ");
}

const WORDS: Partial<Record<Reader, string>> = {
  library: "library",
  keys: "`keys --from-settings`",
  remote: "commands with `--server`",
};

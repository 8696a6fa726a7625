/** Edits a callers file: read, change, check, write. */
import { existsSync, readFileSync } from "node:fs";
import { type CallerEntry, entriesOf, parseCallers } from "../../server/callers/callers-file.js";
import { editFile } from "../edit-file.js";

/** The entries of a callers file; none where there is no file yet. */
export function readEntries(path: string): CallerEntry[] {
  return existsSync(path) ? entriesOf(readFileSync(path, "utf8")) : [];
}

/** Lets `edit` change the entries and writes them, if they then make a good callers file. */
export async function editEntries(
  path: string,
  edit: (entries: CallerEntry[]) => void,
): Promise<void> {
  await editFile(path, (before) => {
    const entries = before ? entriesOf(before.bytes.toString()) : [];
    edit(entries);
    const text = `${JSON.stringify({ callers: entries }, undefined, 2)}\n`;
    parseCallers(text);
    return text;
  });
}

/** The entry of this name. Throws when there is none. */
export function entryOf(entries: CallerEntry[], name: string): CallerEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`there is no caller ${name}`);
  return entry;
}

/** Edits a callers file: read, change, check, write atomically. */
import { existsSync, readFileSync } from "node:fs";
import { type CallerEntry, entriesOf, parseCallers } from "../../server/callers/callers-file.js";
import { writeAtomically } from "../write-atomically.js";

/** The entries of a callers file; none where there is no file yet. */
export function readEntries(path: string): CallerEntry[] {
  return existsSync(path) ? entriesOf(readFileSync(path, "utf8")) : [];
}

/**
 * Lets `edit` change the entries and writes them, if they then make a good callers file. Refuses
 * when the file has changed meanwhile, so that of two edits none is lost.
 */
export function editEntries<T>(path: string, edit: (entries: CallerEntry[]) => T): T {
  const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  const entries = before === undefined ? [] : entriesOf(before);
  const result = edit(entries);
  const text = `${JSON.stringify({ callers: entries }, undefined, 2)}\n`;
  parseCallers(text);
  writeAtomically(path, text, before);
  return result;
}

/** The entry of this name. Throws when there is none. */
export function entryOf(entries: CallerEntry[], name: string): CallerEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`there is no caller ${name}`);
  return entry;
}

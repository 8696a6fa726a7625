/** Edits a callers file: read, change, check, write. */
import {
  type CallerEntry,
  entriesOf,
  parseCallers,
  revisionOf,
} from "../../server/callers/callers-file.js";
import { ConfigError } from "../../server/config/index.js";
import { writableFault } from "../../server/file-access.js";
import { type FileSnapshot, readSnapshot } from "../../server/watched-file.js";
import { editFile } from "../edit-file.js";
import { printNote } from "../output.js";

/**
 * The entries of a callers file, and its revision as the server's log tells it.
 * @throws Error when there is no such file, ConfigError when a server would refuse it.
 */
export async function readEntries(
  path: string,
): Promise<{ entries: CallerEntry[]; revision: string }> {
  const file = await readSnapshot(path);
  return inFile(path, () => {
    const entries = entriesIn(file);
    return { entries, revision: revisionOf(parseCallers(file.bytes)) };
  });
}

/** The entries of a file that a server would read. @throws Error that follows the file's name */
function entriesIn(file: FileSnapshot): CallerEntry[] {
  const fault = writableFault(file);
  if (fault !== undefined) throw new Error(fault);
  return entriesOf(file.bytes);
}

/** Names the file in every fault that `read` finds in it. @throws ConfigError */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const faults = (error as Error).message.split("\n");
    throw new ConfigError(faults.map((fault) => `${path} ${fault}`));
  }
}

/**
 * Lets `edit` change the entries and writes them, if they then make a good callers file; then says
 * how a server that follows the file can be seen to have done so.
 */
export async function editEntries(
  path: string,
  edit: (entries: CallerEntry[]) => void,
): Promise<void> {
  let revision = "";
  await editFile(path, (before) => {
    const entries = before ? inFile(path, () => entriesIn(before)) : [];
    edit(entries);
    const text = `${JSON.stringify({ callers: entries }, undefined, 2)}\n`;
    revision = inFile(path, () => revisionOf(parseCallers(text)));
    return text;
  });
  printNote(
    `${path} is written. A server that follows it logs "in force" with revision ${revision} within 10 s; until then the old one holds.`,
  );
}

/** The entry of this name. Throws when there is none. */
export function entryOf(entries: CallerEntry[], name: string): CallerEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`there is no caller ${name}`);
  return entry;
}

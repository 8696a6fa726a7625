/** Edits a keyset file: read, change, check, write. */
import {
  type FileKey,
  formatKeysetFile,
  MAX_KEYSET_BYTES,
  parseKeysetFile,
} from "../../server/keyset-file.js";
import { readSnapshot } from "../../server/watched-file.js";
import { editFile } from "../edit-file.js";
import { printNote } from "../output.js";

/** A file of root's may be shared with a group, as Kubernetes mounts secrets. */
const TRUST = { uid: process.geteuid?.() };

/** Reads the keys of a file. @throws ConfigError for a file that breaks a rule. */
export async function readKeysetFile(path: string): Promise<FileKey[]> {
  return parseKeysetFile(await readSnapshot(path, MAX_KEYSET_BYTES), TRUST, path);
}

/**
 * Replaces the keys of a file by what `edit` makes of them. Nothing is written when it throws, nor
 * when the result would break a rule.
 */
export async function editKeysetFile(
  path: string,
  edit: (keys: FileKey[]) => FileKey[],
): Promise<void> {
  const change: Parameters<typeof editFile>[1] = (before) => {
    if (!before) throw new Error(`there is no file ${path}`);
    return checkedText(path, edit(parseKeysetFile(before, TRUST, path)));
  };
  await editFile(path, change, MAX_KEYSET_BYTES);
  tellWritten(path);
}

/** Writes a file that is not there yet. */
export async function createKeysetFile(path: string, keys: FileKey[]): Promise<void> {
  await editFile(path, (before) => {
    if (before) throw new Error(`${path} exists already`);
    return checkedText(path, keys);
  });
  tellWritten(path);
}

function tellWritten(path: string): void {
  printNote(
    `${path} is written. A server that follows it logs "in force" with these keys within 10 s, and ExportConfig then lists them; until then the old ones hold.`,
  );
}

function checkedText(path: string, keys: readonly FileKey[]): string {
  const text = formatKeysetFile(keys);
  parseKeysetFile({ bytes: Buffer.from(text), mode: 0o600 }, {}, path);
  return text;
}

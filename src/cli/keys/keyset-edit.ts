/** Edits a keyset file: read, change, check, write. */
import {
  type FileKey,
  formatKeysetFile,
  MAX_KEYSET_BYTES,
  parseKeysetFile,
} from "../../server/keyset-file.js";
import { readSnapshot } from "../../server/watched-file.js";
import { editFile } from "../edit-file.js";

/** Reads the keys of a file. @throws ConfigError for a file that breaks a rule. */
export async function readKeysetFile(path: string): Promise<FileKey[]> {
  return parseKeysetFile(await readSnapshot(path, MAX_KEYSET_BYTES));
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
    return checkedText(edit(parseKeysetFile(before)));
  };
  await editFile(path, change, MAX_KEYSET_BYTES);
}

/** Writes a file that is not there yet. */
export async function createKeysetFile(path: string, keys: FileKey[]): Promise<void> {
  await editFile(path, (before) => {
    if (before) throw new Error(`${path} exists already`);
    return checkedText(keys);
  });
}

function checkedText(keys: readonly FileKey[]): string {
  const text = formatKeysetFile(keys);
  parseKeysetFile({ bytes: Buffer.from(text), mode: 0o600 });
  return text;
}

/** Folders in which every user of the machine can put another file in the place of one of the configuration. */
import { realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { storeFolder } from "../../revocation/store/store-folder.js";
import type { Config } from "./config.js";

const WRITABLE_BY_OTHERS = 0o002;
/** In such a folder, `/tmp` for one, a file is renamed and removed by its owner alone. */
const STICKY = 0o1000;

/**
 * A line for every folder above a file or store of `config` that every user can write, and that is not sticky. It
 * names the settings that are concerned.
 */
export function openFolderWarnings({
  callersFile,
  keysetFile,
  tlsFiles,
  revocations,
}: Config): string[] {
  const paths: Readonly<Record<string, string | undefined>> = {
    CALLERS_FILE: callersFile,
    KEYSET_FILE: keysetFile,
    TLS_CERT_FILE: tlsFiles?.cert,
    TLS_KEY_FILE: tlsFiles?.key,
    TLS_CLIENT_CA_FILE: tlsFiles?.clientCa,
    TLS_CLIENT_CRL_FILE: tlsFiles?.clientCrl,
    // The store is a folder within, which every user could replace just as well.
    DATA_DIR: revocations?.dataDir && storeFolder(revocations.dataDir),
  };
  const byFolder = new Map<string, string[]>();
  for (const [setting, path] of Object.entries(paths)) {
    const folder = path && openFolderAbove(path);
    if (folder) byFolder.set(folder, [...(byFolder.get(folder) ?? []), setting]);
  }
  return [...byFolder].map(([folder, settings]) => openFolderWarning(settings.join(", "), folder));
}

/** The nearest folder above a path, or above what a symbolic link there leads to, that is open to every user. */
export function openFolderAbove(path: string): string | undefined {
  return [...foldersAbove(resolve(path)), ...foldersAbove(realPath(path))].find(isOpen);
}

/** What to say of a file or store, `name`, in a folder that `openFolderAbove` has found. */
export function openFolderWarning(name: string, folder: string): string {
  return `${name} can be replaced by every user, who can write the folder ${folder}: chmod o-w`;
}

function* foldersAbove(path: string): Iterable<string> {
  for (let at = path, above = dirname(at); above !== at; at = above, above = dirname(at)) {
    yield above;
  }
}

function isOpen(folder: string): boolean {
  try {
    const { mode } = statSync(folder);
    return (mode & WRITABLE_BY_OTHERS) !== 0 && (mode & STICKY) === 0;
  } catch {
    // Missing, or out of reach: the file itself is missing then, and that is told.
    return false;
  }
}

/** Where links lead; the path itself where nothing is. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

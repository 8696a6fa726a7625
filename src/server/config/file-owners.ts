/** Files and folders of the configuration that belong to another user, who can write what the server believes. */
import { lstatSync, type Stats, statSync } from "node:fs";
import { storeFolder } from "../../revocation/store/store-folder.js";
import type { Config } from "./config.js";

const ROOT = 0;

/**
 * A line for every user, other than `user` and root, whom files of `config`, or the store in DATA_DIR, belong to. It names the settings that are
 * concerned. A keyset file of another user is refused, and is not looked at here.
 *
 * @param user the user of this process; undefined where there are no user ids: then owners are not looked at
 */
export function ownerWarnings(
  { callersFile, tlsFiles, revocations }: Config,
  user: number | undefined,
): string[] {
  const dataDir = revocations?.dataDir;
  const paths: readonly (readonly [setting: string, path: string | undefined])[] = [
    ["CALLERS_FILE", callersFile],
    ["TLS_CERT_FILE", tlsFiles?.cert],
    ["TLS_KEY_FILE", tlsFiles?.key],
    ["TLS_CLIENT_CA_FILE", tlsFiles?.clientCa],
    ["TLS_CLIENT_CRL_FILE", tlsFiles?.clientCrl],
    ["DATA_DIR", dataDir],
    ["DATA_DIR", dataDir && storeFolder(dataDir)],
  ];
  const byOwner = new Map<number, Set<string>>();
  for (const [setting, path] of paths) {
    const owner = path && strangerOf(path, user);
    if (owner) byOwner.set(owner, (byOwner.get(owner) ?? new Set()).add(setting));
  }
  return [...byOwner].map(([owner, settings]) => ownerWarning([...settings].join(", "), owner));
}

/** The user, other than `user` and root, who owns a file, or a symbolic link in its place; undefined for none. */
export function strangerOf(path: string, user: number | undefined): number | undefined {
  if (user === undefined) return undefined;
  return [lstatSync, statSync]
    .map((read) => ownerBy(read, path))
    .find((owner) => owner !== undefined && owner !== user && owner !== ROOT);
}

/** What to say of a file, `name`, whose owner `strangerOf` has found. */
export function ownerWarning(name: string, owner: number): string {
  return `${name} can be changed by user ${owner}, its owner, who is neither the user of this process nor root: chown it`;
}

function ownerBy(read: (path: string) => Stats, path: string): number | undefined {
  try {
    return read(path).uid;
  } catch {
    // Missing, or out of reach: that is told where the file is read.
    return undefined;
  }
}

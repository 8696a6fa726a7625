/** Who may own, read and write the files of a configuration. */
import type { FileSnapshot } from "./watched-file.js";

/** Whose keyset files a process takes. */
export interface KeysetTrust {
  /** The user of this process; undefined where there are no user ids: then owners are not checked. */
  readonly uid?: number | undefined;
  /**
   * ALLOW_READABLE_KEYSET: whether group and others may read it. Undefined: they may not, and the
   * setting is not read, so that no message names it.
   */
  readonly allowReadable?: boolean;
}

const ROOT = 0;
const WRITABLE_BY_GROUP_OR_OTHERS = 0o022;
const READABLE_BY_GROUP = 0o040;
const ANY_BUT_OWNER = 0o077;

/**
 * What is wrong with the owner and mode of a keyset file; each follows the setting's name. Root may
 * share its file with a group, as Kubernetes does for `fsGroup` (root's, 0440): nobody else can have
 * made that so. What anyone may read needs ALLOW_READABLE_KEYSET; what others may write is refused.
 */
export function keysetAccessFaults(
  { mode, uid }: Pick<FileSnapshot, "mode" | "uid">,
  { uid: user, allowReadable }: KeysetTrust,
): string[] {
  if (user !== undefined && user !== ROOT && uid !== undefined && uid !== user && uid !== ROOT) {
    return ["must belong to the user of this process or to root"];
  }
  if (mode & WRITABLE_BY_GROUP_OR_OTHERS) {
    return [`must have mode 0600: nobody but its owner may write it (it is ${octal(mode)})`];
  }
  const isShared = uid === ROOT && user !== undefined && user !== ROOT;
  const allowed = isShared ? READABLE_BY_GROUP : 0;
  if (allowReadable || (mode & ANY_BUT_OWNER & ~allowed) === 0) return [];
  const way = allowReadable === undefined ? "" : "; or ALLOW_READABLE_KEYSET=on";
  return [`must have mode 0600: nobody but its owner may read it (it is ${octal(mode)})${way}`];
}

/** The fault of a file that every user of the machine can write, or undefined. */
export function writableFault({ mode }: Pick<FileSnapshot, "mode">): string | undefined {
  if ((mode & 0o002) === 0) return undefined;
  return `can be written by every user (mode ${octal(mode)}): chmod o-w`;
}

/** What to say of a private key that every user of the machine can read, or undefined. */
export function readableWarning({ mode }: Pick<FileSnapshot, "mode">): string | undefined {
  if ((mode & 0o004) === 0) return undefined;
  return `can be read by every user (mode ${octal(mode)}): chmod o-r, unless only the server sees it`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

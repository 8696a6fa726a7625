/** Changes a file as a whole or not at all, one command at a time. */
import { randomBytes } from "node:crypto";
import { type FileHandle, lstat, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type FileSnapshot, readSnapshot } from "../server/watched-file.js";

/** How often, and how far apart in milliseconds, a lock that another command holds is tried. */
const LOCK_ATTEMPTS = 100;
const LOCK_PAUSE_MS = 50;

/**
 * Replaces the text of a file by what `edit` makes of it. Owner, group and mode stay; a file that is
 * not there yet gets mode 0600. Nothing is written when `edit` throws.
 * @throws Error when the owner cannot be kept, when the file is mounted by itself or has several names,
 * and when another command or an editor changes it meanwhile.
 */
export async function editFile(
  path: string,
  edit: (before: FileSnapshot | undefined) => string,
  maxBytes?: number,
): Promise<void> {
  // A link stays a link: what it leads to is replaced.
  const target = await realpath(path).catch(() => absentTarget(path));
  await withLock(target, async () => {
    const before = await readIfThere(target, maxBytes);
    if (before) await refuseOtherNames(target);
    await replace(target, edit(before), before, async () => {
      const now = await readIfThere(target, maxBytes);
      const isSame = before && now ? before.bytes.equals(now.bytes) : before === now;
      if (!isSame) throw new Error(`${path} has changed meanwhile; try again`);
    });
  });
}

/** Under its other names (hard links) a file would keep its old text, and so would whoever reads those. */
async function refuseOtherNames(path: string): Promise<void> {
  const { nlink } = await lstat(path);
  if (nlink <= 1) return;
  throw new Error(
    `${path} has ${nlink} names (hard links), of which one would change: make the others symbolic links`,
  );
}

/** The path itself, for a file that is not there yet. A link that leads nowhere would be lost. */
async function absentTarget(path: string): Promise<string> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isSymbolicLink()) throw new Error(`${path} is a link that leads to no file`);
  return path;
}

async function readIfThere(path: string, maxBytes?: number): Promise<FileSnapshot | undefined> {
  try {
    return await readSnapshot(path, maxBytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Writes beside the file and renames over it: a reader sees all of the old text or all of the new,
 * and so does whoever starts again after a power cut. Before the rename, `check` may still object.
 */
async function replace(
  path: string,
  text: string,
  before: FileSnapshot | undefined,
  check: () => Promise<void>,
): Promise<void> {
  const suffix = randomBytes(6).toString("hex");
  const temporary = join(dirname(path), `.${basename(path)}.${suffix}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      if (before) await keepAccess(path, file, before);
      await file.sync();
    } finally {
      await file.close();
    }
    await check();
    await rename(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EBUSY") throw error;
      throw new Error(`${path} is mounted by itself and cannot be replaced: mount its folder`);
    });
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}

/** Gives the new file the owner, group and mode of the old one, so that its readers keep it. */
async function keepAccess(path: string, file: FileHandle, before: FileSnapshot): Promise<void> {
  const { uid, gid } = await file.stat();
  const { uid: wantedUid = uid, gid: wantedGid = gid, mode } = before;
  if (uid !== wantedUid || gid !== wantedGid) {
    await file.chown(wantedUid, wantedGid).catch((error: NodeJS.ErrnoException) => {
      const owner = `owner ${wantedUid}:${wantedGid} cannot be kept (${error.code})`;
      throw new Error(
        `${path} is left as it is, because its ${owner}: run the command as its owner`,
      );
    });
  }
  await file.chmod(mode);
}

/** A lock file beside the file: two commands at once would lose the change of one. */
async function withLock(path: string, work: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`;
  for (let attempt = 1; ; attempt++) {
    try {
      await (await open(lock, "wx", 0o600)).close();
      break;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EEXIST") throw new Error(`${path}: its folder cannot be written (${code})`);
      if (attempt < LOCK_ATTEMPTS) await setTimeout(LOCK_PAUSE_MS);
      else throw new Error(`another command holds ${lock}: remove it if none is running`);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** A file that is read again whenever it changes, while the last good reading stays in use. */
import { constants, type FSWatcher, watch } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Editors and copies cause several events for one change: one look answers all of them. */
const SETTLE_MS = 100;
/** How often a file that goes on changing is read before it is given up. */
const MOST_READINGS = 50;
/** How often the file is looked at without any event: network file systems report none. */
const POLL_MS = 10_000;
/** The largest file that is read where nothing else is said, in bytes. */
const DEFAULT_MAX_BYTES = 1024 * 1024;

/** A file as it was at one moment. */
export interface FileSnapshot {
  readonly bytes: Buffer;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** The owner, where it is known. */
  readonly uid?: number;
  /** The group, where it is known. */
  readonly gid?: number;
}

/** What happens with what is read. */
export interface WatchHandlers<T> {
  /** A reading was accepted, the first one included. */
  readonly onLoaded: (value: T) => void;
  /** A changed file was refused, or cannot be read: what was loaded before stays. */
  readonly onFailed: (error: unknown) => void;
  /** The largest file that is read, in bytes. Default 1 MiB. */
  readonly maxBytes?: number;
}

/** A file under watch. */
export interface WatchedFile {
  /** Reads and loads the file now, changed or not; settles once its handler was called. */
  reload(): Promise<void>;
  /** Ends the watch. No handler is called afterwards. */
  close(): void;
}

/**
 * Loads a file, and again whenever its content, mode or owner changes: written in place, renamed over, or
 * reached by a symbolic link that is swapped (as Kubernetes does). Loads never overlap.
 * @throws what the first load throws; then nothing is watched.
 */
export async function watchFile<T>(
  path: string,
  load: (file: FileSnapshot) => T | Promise<T>,
  { onLoaded, onFailed, maxBytes = DEFAULT_MAX_BYTES }: WatchHandlers<T>,
): Promise<WatchedFile> {
  const folders = new Map<string, FSWatcher>();
  let seen: FileSnapshot | string | undefined;
  let closed = false;
  let settling: NodeJS.Timeout | undefined;

  const look = async (always: boolean, failed = onFailed): Promise<void> => {
    if (closed) return;
    // Watched before it is read, so that no change falls between the two.
    await watchFolders();
    let found: FileSnapshot | undefined;
    try {
      found = await readSnapshot(path, maxBytes);
      if (!always && isSame(seen, found)) return;
      seen = found;
      const value = await load(found);
      if (!closed) onLoaded(value);
    } catch (error) {
      // The same fault of reading is told once; a fault of loading belongs to a content just seen.
      const fault = String(error);
      if (!found && !always && seen === fault) return;
      if (!found) seen = fault;
      if (!closed) failed(error);
    }
  };
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (always: boolean): Promise<void> => {
    queue = queue.then(() => look(always));
    return queue;
  };
  const settle = () => {
    settling ??= setTimeout(() => {
      settling = undefined;
      enqueue(false);
    }, SETTLE_MS).unref();
  };
  /** The folder of the name and the folder of the file, which a symbolic link may put elsewhere. */
  async function watchFolders(): Promise<void> {
    const wanted = new Set([dirname(path), dirname(await realpath(path).catch(() => path))]);
    for (const [folder, watcher] of folders) if (!wanted.has(folder)) stop(folder, watcher);
    for (const folder of wanted) {
      if (closed || folders.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, settle);
        // A folder that is gone is looked for again with the next poll.
        watcher.on("error", () => stop(folder, watcher));
        folders.set(folder, watcher);
      } catch {
        // No folder, or no more watches to be had: the poll still finds every change.
      }
    }
  }
  function stop(folder: string, watcher: FSWatcher): void {
    watcher.close();
    folders.delete(folder);
  }
  const close = () => {
    closed = true;
    clearTimeout(settling);
    clearInterval(poll);
    for (const [folder, watcher] of folders) stop(folder, watcher);
  };

  const poll = setInterval(() => enqueue(false), POLL_MS).unref();
  await look(true, (error) => {
    close();
    throw error;
  });
  return { reload: () => enqueue(true), close };
}

/**
 * Reads a regular file of at most `maxBytes`, with the mode that belongs to what was read.
 * @throws Error for anything else; its message names the path and holds nothing of the content.
 */
export async function readSnapshot(
  path: string,
  maxBytes = DEFAULT_MAX_BYTES,
): Promise<FileSnapshot> {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    const buffer = Buffer.alloc(Math.min(stats.size, maxBytes) + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes`);
    if (length === buffer.length) throw new GrowingFileError(`${path} grew while it was read`);
    const { uid, gid } = stats;
    return { bytes: buffer.subarray(0, length), mode: stats.mode & 0o777, uid, gid };
  } finally {
    await handle.close();
  }
}

/**
 * Reads a file that is not being written: as it was twice in a row, a tenth of a second apart. A bundle
 * of certificates that is cut between two of them looks whole, unlike other files.
 * @throws Error as `readSnapshot` does, and when the file goes on changing for five seconds.
 */
export async function readSettled(path: string): Promise<FileSnapshot> {
  let before: FileSnapshot | undefined;
  for (let i = 0; i < MOST_READINGS; i++) {
    const now = await readSnapshot(path).catch((error) => {
      if (error instanceof GrowingFileError) return undefined;
      throw error;
    });
    if (now && isSame(before, now)) return now;
    before = now;
    await wait(SETTLE_MS);
  }
  throw new GrowingFileError(`${path} goes on changing`);
}

/** A file that is being written. */
class GrowingFileError extends Error {}

function isSame(seen: FileSnapshot | string | undefined, found: FileSnapshot): boolean {
  if (typeof seen !== "object") return false;
  const sameAccess = seen.mode === found.mode && seen.uid === found.uid;
  return sameAccess && seen.bytes.equals(found.bytes);
}

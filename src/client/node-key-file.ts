/** An API key in a file, which may be replaced while the program runs. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import {
  checkApiKey,
  type KeyOptions,
  type KeySource,
  MAX_KEY_LENGTH,
  toKeySource,
} from "./api-key.js";
import { tell } from "./tell.js";

/** How often the file is read at most, in milliseconds. */
const READ_EVERY_MS = 1000;
/** The largest file, in bytes: the longest key and a line break of two characters. */
const MAX_FILE_BYTES = MAX_KEY_LENGTH + 2;
/** Without O_NONBLOCK, which Windows has not, opening a pipe would wait for its writer. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What a client in Node is told about its key. */
export interface NodeKeyOptions extends KeyOptions {
  readonly apiKeyFile?: string | undefined;
  readonly onKeyFileFault?: ((fault: string) => void) | undefined;
}

/** How the key of these options is got. @throws TypeError for a wrong one, or for two. */
export function toNodeKeySource(options: NodeKeyOptions): KeySource | undefined {
  const { apiKey, apiKeyFile } = options;
  if (apiKeyFile === undefined) return toKeySource(options);
  if (apiKey !== undefined) throw new TypeError("give apiKey or apiKeyFile, not both");
  return openKeyFile(apiKeyFile, options.onKeyFileFault);
}

/**
 * The file's key, read anew after a second; one that cannot be read leaves the last one in force, and is told
 * once until it can be read again, or fails in another way.
 */
function openKeyFile(path: string, onFault: NodeKeyOptions["onKeyFileFault"]): KeySource {
  let key = firstKey(path);
  let readAt = performance.now();
  let fault: string | undefined;
  const ask = async (isRenewed: boolean) => {
    const now = performance.now();
    if (!isRenewed && now - readAt < READ_EVERY_MS) return key;
    readAt = now;
    try {
      key = keyIn(await readLater(path), path);
      fault = undefined;
    } catch (error) {
      // A file that is being replaced does not take the key away.
      const before = fault;
      fault = faultOf(error, path);
      if (fault !== before) tell(onFault, fault);
    }
    return key;
  };
  return Object.assign(ask, { fault: () => fault });
}

function firstKey(path: string): string {
  let text: string;
  try {
    text = readNow(path);
  } catch (error) {
    throw new TypeError(faultOf(error, path));
  }
  return keyIn(text, path);
}

/** What is wrong with a file, in words that hold none of it. */
function faultOf(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `apiKeyFile cannot be read (${code}): ${path}`;
}

/** The text of the file. @throws TypeError for what is no regular file, or too large */
function readNow(path: string): string {
  const fd = openSync(path, READ_FLAGS);
  try {
    if (!fstatSync(fd).isFile()) throw refused(path);
    const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    return textOf(bytes, length, path);
  } finally {
    closeSync(fd);
  }
}

/** The same without keeping the program from its calls, which a slow file system would do. */
async function readLater(path: string): Promise<string> {
  const file = await open(path, READ_FLAGS);
  try {
    if (!(await file.stat()).isFile()) throw refused(path);
    const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      ({ bytesRead: read } = await file.read(bytes, length, bytes.length - length));
    }
    return textOf(bytes, length, path);
  } finally {
    await file.close();
  }
}

function textOf(bytes: Buffer, length: number, path: string): string {
  if (length > MAX_FILE_BYTES) throw refused(path);
  return bytes.toString("utf8", 0, length);
}

function refused(path: string): TypeError {
  return new TypeError(
    `apiKeyFile must be a regular file of at most ${MAX_FILE_BYTES} bytes: ${path}`,
  );
}

/** The key without the blanks and line breaks around it. */
function keyIn(text: string, path: string): string {
  return checkApiKey(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""), `the key in apiKeyFile ${path}`);
}

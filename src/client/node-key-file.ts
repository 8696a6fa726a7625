/** An API key in a file, which may be replaced while the program runs. */
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import {
  checkApiKey,
  type KeyOptions,
  type KeySource,
  MAX_KEY_LENGTH,
  toKeySource,
} from "./api-key.js";

/** How often the file is read at most, in milliseconds. */
const READ_EVERY_MS = 1000;
/** Octets that are read of a file: the longest key, a line break of two, and one that tells that it is too long. */
const MAX_READ_BYTES = MAX_KEY_LENGTH + 3;

/** What a client in Node is told about its key. */
export interface NodeKeyOptions extends KeyOptions {
  readonly apiKeyFile?: string | undefined;
}

/** How the key of these options is got. @throws TypeError for a wrong one, or for two. */
export function toNodeKeySource(options: NodeKeyOptions): KeySource | undefined {
  const { apiKey, apiKeyFile } = options;
  if (apiKeyFile === undefined) return toKeySource(options);
  if (apiKey !== undefined) throw new TypeError("give apiKey or apiKeyFile, not both");
  return openKeyFile(apiKeyFile);
}

/** The file's key, read anew after a second; one that cannot be read leaves the last one in force. */
function openKeyFile(path: string): KeySource {
  let key = firstKey(path);
  let readAt = performance.now();
  return async (isRenewed) => {
    const now = performance.now();
    if (!isRenewed && now - readAt < READ_EVERY_MS) return key;
    readAt = now;
    try {
      key = keyIn(await readStartLater(path));
    } catch {
      // A file that is being replaced does not take the key away.
    }
    return key;
  };
}

function firstKey(path: string): string {
  let text: string;
  try {
    text = readStart(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TypeError(`apiKeyFile cannot be read (${code}): ${path}`);
  }
  return keyIn(text);
}

/** The start of a file, which may be of any size. */
function readStart(path: string): string {
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(MAX_READ_BYTES);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(fd);
  }
}

/** The same without keeping the program from its calls, which a slow file system would do. */
async function readStartLater(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: MAX_READ_BYTES - 1 })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The key without the blanks and line breaks around it. */
function keyIn(text: string): string {
  return checkApiKey(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""), "the key in apiKeyFile");
}

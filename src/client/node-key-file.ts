/** An API key in a file, which may be replaced while the program runs. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { checkApiKey, type KeyOptions, type KeySource, toKeySource } from "./api-key.js";

/** How often the file is read at most, in milliseconds. */
const READ_EVERY_MS = 1000;

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
      key = keyIn(await readFile(path, "utf8"));
    } catch {
      // A file that is being replaced does not take the key away.
    }
    return key;
  };
}

function firstKey(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TypeError(`apiKeyFile cannot be read (${code}): ${path}`);
  }
  return keyIn(text);
}

/** The key without the blanks and line breaks around it. */
function keyIn(text: string): string {
  return checkApiKey(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""), "the key in apiKeyFile");
}

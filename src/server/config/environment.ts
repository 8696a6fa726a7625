/** The settings of a process: its environment over those of `.env`. */
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import type { Env } from "../../core/environment.js";
import { ConfigError } from "./config-error.js";
import { type EnvFile, parseEnvFile } from "./env-file.js";
import { ownerWarning, strangerOf } from "./file-owners.js";
import { idleSettings } from "./idle-settings.js";
import { misspeltHints } from "./misspelt-settings.js";
import { openFolderAbove, openFolderWarning } from "./open-folders.js";
import { readAtMost } from "./read-at-most.js";
import type { Reader } from "./setting.js";
import { readSettings, SETTINGS } from "./settings.js";

/** The largest `.env` that is read, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** What a process is set to. */
export interface Environment {
  /** Every variable, and what `.env` sets beside them. */
  readonly settings: Env;
  /** What is no fault and should be known; one line each, without any value. */
  readonly warnings: readonly string[];
  /** Why a `.env` that is there was not read. To be told beside a setting that is missing. */
  readonly unread: readonly string[];
}

/**
 * Joins the process's own environment with `.env`, which may be missing, a folder of that name (a
 * Python environment), or a link to a file that is gone. The process's own variables win unless they are empty.
 * `user` is the user of this process: a file of another is warned of; undefined: its owner is not looked at.
 * @throws ConfigError when the file cannot be read, or a setting of `reader` in it is read differently
 * by different programs. It names file, line and setting, and holds no value.
 */
export function readEnvironment(
  own: Env,
  reader: Reader,
  path = ".env",
  user?: number | undefined,
): Environment {
  const settings: Record<string, string | undefined> = { ...own };
  const file = readEnvFile(path);
  const warnings: string[] = [];
  if (file && !isUnread(file)) {
    const faults = file.unreadable.map((line) => `${path} line ${line} is not NAME=value`);
    for (const [name, [first, second]] of file.entries) {
      if (!first || own[name]) continue;
      settings[name] = first.value;
      if (!SETTINGS[name]?.readers.includes(reader)) continue;
      const { line, ambiguity } = first;
      if (ambiguity) faults.push(`${path} line ${line}: ${name} ${ambiguity}`);
      if (second)
        faults.push(`${path} line ${second.line}: ${name} is set on line ${line} already`);
    }
    const secrets = [...file.entries.keys()].filter((name) => SETTINGS[name]?.secret);
    if (file.mode & 0o002) faults.push(`${path} can be written by every user: chmod 600 ${path}`);
    else if (secrets.length > 0 && file.mode & 0o004) {
      warnings.push(
        `${path} holds ${secrets.join(" and ")}, and every user can read it: chmod 600 ${path}`,
      );
    }
    if (faults.length > 0) throw new ConfigError(faults);
    const open = openFolderAbove(path);
    if (open !== undefined) warnings.push(openFolderWarning(path, open));
    const stranger = strangerOf(path, user);
    if (stranger !== undefined) warnings.push(ownerWarning(path, stranger));
  }
  const read = readSettings(settings, reader);
  return {
    settings,
    warnings: [
      ...warnings,
      ...edges(own, reader),
      ...misspeltHints(settings),
      ...read.unused,
      ...(reader === "serve" ? idleSettings(read) : []),
    ],
    unread: file && isUnread(file) ? [`${path} ${file.unread}, and was not read`] : [],
  };
}

/**
 * Variables with white space or quotes around them: `echo KEY | base64` in a Kubernetes secret ends
 * with a line break, and docker's --env-file keeps quotes. A key is taken with them, as by the Python
 * library, and is another key than the one that was meant.
 */
function edges(own: Env, reader: Reader): string[] {
  return Object.entries(SETTINGS).flatMap(([name, { readers }]) => {
    const text = own[name];
    if (!text || !readers.includes(reader)) return [];
    if (text.trim() !== text) return [`${name} has white space around it, which is part of it`];
    if (!/^(["']).*\1$/s.test(text)) return [];
    return [`${name} stands in quotes, which are part of it outside of .env`];
  });
}

/** What is there and is no file, which stops nobody who needs none. */
interface Unread {
  readonly unread: string;
}

function isUnread(file: object): file is Unread {
  return "unread" in file;
}

/** The file, where there is one; with its permission bits. */
function readEnvFile(path: string): (EnvFile & { readonly mode: number }) | Unread | undefined {
  let fd: number;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return isLink(path) ? { unread: "is a link to nothing" } : undefined;
    throw new ConfigError([`${path} cannot be read (${code})`]);
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) return { unread: "is a folder" };
    if (!stats.isFile()) throw new ConfigError([`${path} is not a regular file`]);
    const bytes = readAtMost(fd, MAX_BYTES);
    if (!bytes) throw new ConfigError([`${path} is larger than ${MAX_BYTES} bytes`]);
    if (!isUtf8(bytes)) throw new ConfigError([`${path} must be UTF-8`]);
    return { ...parseEnvFile(bytes.toString()), mode: stats.mode & 0o777 };
  } finally {
    closeSync(fd);
  }
}

/** Whether a path that leads nowhere is a link, rather than nothing at all. */
function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** The table of all settings, and how a command reads its part of it. */
import type { Env } from "../../core/environment.js";
import { ACCESS_SETTINGS } from "./access-settings.js";
import { CLIENT_SETTINGS } from "./client-settings.js";
import { KEY_SETTINGS } from "./key-settings.js";
import { REVOCATION_SETTINGS } from "./revocation-settings.js";
import { SERVER_SETTINGS } from "./server-settings.js";
import type { Reader, SettingTable, ValuesOf } from "./setting.js";
import { faultOf } from "./shown-fault.js";
import { asksForTraces, TRACE_SETTINGS } from "./trace-settings.js";

const TABLE = {
  ...KEY_SETTINGS,
  ...SERVER_SETTINGS,
  ...REVOCATION_SETTINGS,
  ...ACCESS_SETTINGS,
  ...TRACE_SETTINGS,
  ...CLIENT_SETTINGS,
} as const;

/** Every setting, in the order of the documents. */
export const SETTINGS: SettingTable = TABLE;

/** The value of every setting; of those that a reader does not read, the default. */
export type SettingValues = ValuesOf<typeof TABLE>;

/** What was read, and what is wrong with it. */
export interface ReadSettings {
  readonly values: SettingValues;
  /** The names of what is set, right or wrong. */
  readonly given: ReadonlySet<string>;
  /** One line a fault, starting with the setting's name; with the value, unless it is secret. */
  readonly faults: string[];
  /** What is wrong with settings that are not used as the others are; one line each, as of faults. */
  readonly unused: string[];
}

/** Reads the settings of one command. An empty setting counts as not set. */
export function readSettings(env: Env, reader: Reader): ReadSettings {
  const faults: string[] = [];
  const unused: string[] = [];
  const traced = asksForTraces(env);
  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  for (const [name, { parse, fallback, readers, secret }] of Object.entries(SETTINGS)) {
    const text = readers.includes(reader) ? env[name] : undefined;
    values[name] = fallback;
    if (text === undefined || text === "") continue;
    given.add(name);
    try {
      values[name] = parse(text);
    } catch (error) {
      const fault = toFault(name, faultOf(error, text, secret === true));
      if (traced || !Object.hasOwn(TRACE_SETTINGS, name)) faults.push(fault);
      else unused.push(`${fault}; it is ignored, as traces are off`);
    }
  }
  return { values: values as SettingValues, given, faults, unused };
}

/** A rule of the core names its setting already, or speaks of its field in the Python library's words. */
function toFault(name: string, message: string): string {
  if (message.startsWith(`${name} `)) return message;
  return `${name}${/^[A-Z]/.test(message) ? ":" : ""} ${message}`;
}

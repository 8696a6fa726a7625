/** What is known of a setting: its rule, its default, who reads it, and its documentation. */

/** Commands that work with the local key, without a server. */
export const LOCAL_COMMANDS = [
  "generate",
  "validate",
  "check",
  "refresh",
  "info",
  "export-config",
] as const;

/** One of them. */
export type LocalCommand = (typeof LOCAL_COMMANDS)[number];

/** A command that reads settings; `library` is `SecureTokenManager.fromEnvironment`. */
export type Reader = "serve" | "health" | "keys" | "library" | "remote" | LocalCommand;

/** A row of the table of settings. */
export interface Setting<T, Default = T> {
  /**
   * Reads the text of a setting that is not empty.
   * @throws Error whose message follows the setting's name: "must be on or off".
   */
  readonly parse: (text: string) => T;
  /** The value where the setting is not set. */
  readonly fallback: Default;
  /** The default as documents tell it, in Markdown. */
  readonly defaultText: string;
  /** Who reads it. Nobody else is stopped by a value that breaks the rule. */
  readonly readers: readonly Reader[];
  /** What it means, and which values it takes; Markdown for one cell of a table. */
  readonly meaning: string;
  /** JSON Schema keywords of its text, beside `type`. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether its value is never shown. */
  readonly secret?: true;
}

/** Settings by name. */
export type SettingTable = Readonly<Record<string, Setting<unknown, unknown>>>;

/** The values of a table. */
export type ValuesOf<Table extends SettingTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer T, infer Default>
    ? T | Default
    : never;
};

/** Declares a row, and infers its types. */
export function setting<T, Default>(row: Setting<T, Default>): Setting<T, Default> {
  return row;
}

/** Where nothing is set, there is nothing. */
export const UNSET = { fallback: undefined, defaultText: "none" } as const;

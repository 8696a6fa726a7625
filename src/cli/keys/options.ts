/** Options that every `keys` command takes. */
export interface KeysOptions {
  /** The keyset file. */
  readonly file: string;
  /** Whether to print JSON, for programs. */
  readonly json?: boolean;
}

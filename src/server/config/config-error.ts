/** How a configuration that breaks rules is reported. */

/** EX_CONFIG of sysexits.h: the configuration is at fault. */
export const EXIT_CONFIG = 78;

/** Settings that break their rules. The message names every one, and holds no secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One line a fault, starting with the setting's name or the file's. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`configuration:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

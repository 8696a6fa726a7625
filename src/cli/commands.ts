/** The commands of `secure-token`, each loaded when it is asked for: the server's code takes longer to load than most of them to run. */
import type { Command } from "commander";

/** Adds a command to the program. */
export type AddCommand = (program: Command) => void;

/** Loads each command, by name, in the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  serve: async () => (await import("./serve.js")).addServeCommand,
  "generate-key": async () => (await import("./generate-key.js")).addGenerateKeyCommand,
  "generate-salt": async () => (await import("./generate-salt.js")).addGenerateSaltCommand,
  keys: async () => (await import("./keys/index.js")).addKeysCommand,
  generate: async () => (await import("./generate.js")).addGenerateCommand,
  validate: async () => (await import("./validate.js")).addValidateCommand,
  check: async () => (await import("./check.js")).addCheckCommand,
  refresh: async () => (await import("./refresh.js")).addRefreshCommand,
  revoke: async () => (await import("./revocations/revoke.js")).addRevokeCommand,
  revocations: async () => (await import("./revocations/index.js")).addRevocationsCommand,
  info: async () => (await import("./info.js")).addInfoCommand,
  "export-config": async () => (await import("./export-config.js")).addExportConfigCommand,
  config: async () => (await import("./doctor/config-check.js")).addConfigCommand,
  doctor: async () => (await import("./doctor/doctor.js")).addDoctorCommand,
  health: async () => (await import("./health.js")).addHealthCommand,
  callers: async () => (await import("./callers/index.js")).addCallersCommand,
  completion: async () => (await import("./completion.js")).addCompletionCommand,
};

/** Settings: the table of them, and the configuration that a server or a command makes of them. */
export type { Env } from "../../core/environment.js";
export type {
  Address,
  Config,
  KeyConfig,
  LogLevel,
  RevocationConfig,
  TlsFiles,
  TraceConfig,
} from "./config.js";
export { ConfigError, EXIT_CONFIG } from "./config-error.js";
export { configWarnings } from "./config-warnings.js";
export { readEnvironment } from "./environment.js";
export { isLoopback } from "./host-setting.js";
export { loadAddress, loadConfig, loadKeyConfig } from "./load-config.js";
export type { LocalCommand } from "./setting.js";
export { SETTINGS } from "./settings.js";

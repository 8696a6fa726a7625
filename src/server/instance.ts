/** One server with all that its configuration names: keys and files read, and read again on request. */
import type { Logger } from "pino";
import { SecureTokenManager } from "../core/index.js";
import { ANYONE, KnownCallers } from "./callers/callers.js";
import type { Config } from "./config.js";
import { loadConsole } from "./console-assets.js";
import { loadCallers, loadTls } from "./files.js";
import { openKeys } from "./keys.js";
import { type Reloadable, watchReloadables } from "./reload.js";
import { createServer } from "./server.js";
import { KEYSET_HEALTH } from "./watched-keyset.js";

/** What is told of a server that listens. */
export interface Listening {
  /** Where it answers. */
  readonly url: string;
  /** The primary key's id. */
  readonly keyId: string;
}

/** A server that was put together from its configuration. */
export interface Instance {
  /** Starts to listen. @throws what `listen` of node:net throws. */
  listen(): Promise<Listening>;
  /** Reads every file again, changed or not. */
  reload(): Promise<void>;
  /** Ends it; see `Server.close`. */
  close(graceMs: number): Promise<number>;
}

/** Whether a configuration names files, which can be read again. */
export function hasFiles({ keysetFile, callersFile, tlsFiles }: Config): boolean {
  return [keysetFile, callersFile, tlsFiles].some((file) => file !== undefined);
}

/**
 * Reads what the configuration names, watches it from now on, and puts the server together.
 * @throws ConfigError when a file cannot be used.
 */
export async function openInstance(config: Config, logger: Logger): Promise<Instance> {
  const { callersFile, tlsFiles, reflection, defaultExpirationHours, maxSessionHours } = config;
  const rows = callersFile === undefined ? undefined : loadCallers(callersFile);
  const tls = tlsFiles && loadTls(tlsFiles);
  const { keyset, file } = await openKeys(config, logger);
  const manager = new SecureTokenManager(keyset, { defaultExpirationHours, maxSessionHours });
  const isAuthentic = (token: string) => manager.introspectToken(token).state !== "INVALID";
  const known = rows && new KnownCallers(rows, isAuthentic);
  const server = createServer({
    manager,
    logger,
    callers: known ?? ANYONE,
    tls,
    reflection,
    corsOrigins: config.corsOrigins,
    limits: { maxConnectionAgeMs: config.maxConnectionAgeMs },
    console: config.console ? loadConsole() : undefined,
  });
  const reloadables: Reloadable[] = [];
  if (callersFile && known) {
    const load = () => known.replace(loadCallers(callersFile));
    reloadables.push({ name: "callers_file", paths: [callersFile], load });
  }
  if (tlsFiles) {
    const paths = Object.values(tlsFiles).filter((path) => path !== undefined);
    const load = () => server.replaceTls(loadTls(tlsFiles));
    reloadables.push({ name: "tls_files", paths, load });
  }
  const { setHealth } = server;
  const reload = await watchReloadables(reloadables, { logger, setHealth });
  file?.follow({ manager, setCurrent: (current) => setHealth(KEYSET_HEALTH, current) });
  return {
    async listen() {
      const { address, port, family } = await server.listen(config.port, config.host);
      const host = family === "IPv6" ? `[${address}]` : address;
      return { url: `${tls ? "https" : "http"}://${host}:${port}`, keyId: keyset.primary.keyId };
    },
    async reload() {
      await Promise.all([file?.reload(), reload()]);
    },
    close: server.close,
  };
}

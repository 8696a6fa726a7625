/** The server as a process: environment in, signals in, exit code out. */
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import pino, { type Logger } from "pino";
import { SecureTokenManager } from "../core/index.js";
import { ANYONE, KnownCallers } from "./callers/callers.js";
import { type Config, ConfigError, type Env, loadConfig } from "./config.js";
import { loadConsole } from "./console-assets.js";
import { loadCallers, loadTls } from "./files.js";
import { openKeys } from "./keys.js";
import { type Reloadable, watchReloadables } from "./reload.js";
import { createServer, type Server } from "./server.js";
import { startupBanner } from "./startup-banner.js";
import { KEYSET_HEALTH } from "./watched-keyset.js";

/** EX_CONFIG of sysexits.h: the configuration is at fault. */
export const EXIT_CONFIG = 78;
/** How long calls in flight may take once the process is told to end, in milliseconds. */
const GRACE_MS = 10_000;

/** Runs a server until SIGTERM or SIGINT. A second signal ends the process at once. */
export async function runServer(): Promise<void> {
  // Protobuf's JavaScript maps are plain objects: without this accessor, a member of a Struct that
  // is named "__proto__" is an ordinary member, and no input can reach a prototype.
  Reflect.deleteProperty(Object.prototype, "__proto__");
  const config = orExit(() => loadConfig(readEnv()));
  const { callersFile, tlsFiles, reflection, defaultExpirationHours, maxSessionHours } = config;
  const rows = callersFile === undefined ? undefined : orExit(() => loadCallers(callersFile));
  const tls = tlsFiles && orExit(() => loadTls(tlsFiles));
  const logger = pino({ level: config.logLevel, base: null }, pino.destination(2));
  const { keyset, ephemeral, file } = await openKeys(config, logger).catch(exitOnConfigError);
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
  // Without any file to read again it ends the process, as ever.
  if (file || reloadables.length > 0) {
    process.on("SIGHUP", () => Promise.all([file?.reload(), reload()]));
  }
  endOnSignal(server, logger);
  const { address, port, family } = await listenOrExit(server, config);
  const host = family === "IPv6" ? `[${address}]` : address;
  const url = `${tls ? "https" : "http"}://${host}:${port}`;
  const keyId = keyset.primary.keyId;
  if (process.stdout.isTTY) {
    process.stdout.write(startupBanner({ url, keyId, ephemeral, console: config.console }));
    return;
  }
  logger.info({ url, key_id: keyId }, "listening");
  if (ephemeral) logger.warn("the key is ephemeral: its tokens end with this process");
}

/** The process's environment over the settings of `.env`, where there is one. */
export function readEnv(): Env {
  return existsSync(".env")
    ? { ...parseEnv(readFileSync(".env", "utf8")), ...process.env }
    : process.env;
}

function orExit<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    exitOnConfigError(error);
  }
}

function exitOnConfigError(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(EXIT_CONFIG);
}

async function listenOrExit(server: Server, { port, host }: Config) {
  try {
    return await server.listen(port, host);
  } catch (error) {
    // EADDRINUSE, EACCES, EADDRNOTAVAIL: HOST or PORT cannot be had.
    process.stderr.write(
      `cannot listen on HOST ${host}, PORT ${port}: ${(error as Error).message}\n`,
    );
    process.exit(EXIT_CONFIG);
  }
}

function endOnSignal(server: Server, logger: Logger): void {
  let ending = false;
  const end = async (signal: NodeJS.Signals) => {
    if (ending) process.exit(signal === "SIGINT" ? 130 : 143);
    ending = true;
    logger.info({ signal }, "ending: calls in flight finish, a second signal ends at once");
    const forced = await server.close(GRACE_MS);
    logger.info({ forced }, "ended");
    process.exit(0);
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

/** The server as a process: environment in, signals in, exit code out. */
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import pino, { type Logger } from "pino";
import { SecureTokenManager } from "../core/index.js";
import { type Config, ConfigError, type Env, loadConfig } from "./config.js";
import { openKeys, type ServerKeys } from "./keys.js";
import { createServer, type Server } from "./server.js";
import { startupBanner } from "./startup-banner.js";
import type { WatchedFile } from "./watched-file.js";
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
  const config = configOrExit();
  const logger = pino({ level: config.logLevel, base: null }, pino.destination(2));
  const { keyset, ephemeral, file } = await keysOrExit(config, logger);
  const { defaultExpirationHours, maxSessionHours } = config;
  const manager = new SecureTokenManager(keyset, { defaultExpirationHours, maxSessionHours });
  const server = createServer({ manager, logger });
  file?.follow({
    manager,
    setCurrent: (current) => server.setPartHealth(KEYSET_HEALTH, current),
  });
  reloadOnSignal(file ? [file] : []);
  endOnSignal(server, logger);
  const { address, port, family } = await listenOrExit(server, config);
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  const keyId = keyset.primary.keyId;
  if (process.stdout.isTTY) process.stdout.write(startupBanner({ url, keyId, ephemeral }));
  else logger.info({ url, key_id: keyId }, "listening");
  if (ephemeral) logger.warn("the key is ephemeral: its tokens end with this process");
}

/** The process's environment over the settings of `.env`, where there is one. */
export function readEnv(): Env {
  return existsSync(".env")
    ? { ...parseEnv(readFileSync(".env", "utf8")), ...process.env }
    : process.env;
}

function configOrExit(): Config {
  try {
    return loadConfig(readEnv());
  } catch (error) {
    exitOnConfigError(error);
  }
}

async function keysOrExit(config: Config, logger: Logger): Promise<ServerKeys> {
  try {
    return await openKeys(config, logger);
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

/** SIGHUP reads every file again, changed or not. Without any file it ends the process, as ever. */
function reloadOnSignal(files: readonly WatchedFile[]): void {
  if (files.length === 0) return;
  process.on("SIGHUP", () => {
    for (const file of files) void file.reload();
  });
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

/** One server with all that its configuration names: keys and files read, and read again on request. */
import type { Logger } from "pino";
import { SecureTokenManager } from "../core/index.js";
import type { RevocationRegister } from "../revocation/register.js";
import { DEFAULT_LIMITS } from "../transport/limits.js";
import { ANYONE, KnownCallers } from "./callers/callers.js";
import { type Config, isLoopback } from "./config/index.js";
import { loadConsole } from "./console-assets.js";
import { everyFault } from "./every-fault.js";
import { callersSource, tlsSource } from "./files.js";
import { type FileSource, followFiles } from "./followed-files.js";
import { followFreshness } from "./freshness-health.js";
import { keysetSource, loadKeys } from "./keys.js";
import type { ProcessReport } from "./metrics/report.js";
import { ServerMetrics } from "./metrics/server-metrics.js";
import { maxConnectionsFor, openFileLimit } from "./open-files.js";
import { createServer } from "./server.js";
import { openTracer } from "./traces/open-tracer.js";

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
  /** What this process is like at this moment. Without metrics it measures nothing. */
  report(): Promise<ProcessReport>;
  /** Ends it; see `Server.close`. */
  close(graceMs: number): Promise<number>;
}

/** Whether a configuration names files, which can be read again. */
export function hasFiles({ keysetFile, callersFile, tlsFiles }: Config): boolean {
  return [keysetFile, callersFile, tlsFiles].some((file) => file !== undefined);
}

/**
 * Reads what the configuration names, watches it from now on, and puts the server together.
 * `register` keeps the server's revocations, and outlives it. `uid` is the user of this process, to
 * whom or to root a keyset file must belong.
 * @throws ConfigError with the faults of every file that cannot be used.
 */
export async function openInstance(
  config: Config,
  logger: Logger,
  register: RevocationRegister,
  uid?: number,
): Promise<Instance> {
  const { keysetFile, callersFile, tlsFiles, defaultExpirationHours, maxSessionHours } = config;
  const follow = <T>(source: FileSource<T>) => followFiles(source, logger);
  const trust = { uid, allowReadable: config.allowReadable };
  const [rows, tls, keys, tracer] = await everyFault([
    callersFile === undefined ? undefined : follow(callersSource(callersFile)),
    tlsFiles && follow(tlsSource(tlsFiles)),
    keysetFile === undefined ? undefined : follow(keysetSource(keysetFile, trust)),
    config.traces && openTracer(config.traces, logger),
  ] as const);
  const keyset = keys?.value ?? (await loadKeys(config, uid));
  const metrics = config.metricsPort === undefined ? undefined : new ServerMetrics();
  const manager = new SecureTokenManager(keyset, {
    defaultExpirationHours,
    maxSessionHours,
    revocations: register,
  });
  const openFiles = openFileLimit();
  const maxConnections = maxConnectionsFor(openFiles);
  if (maxConnections < DEFAULT_LIMITS.maxConnections) {
    logger.warn(
      { max_connections: maxConnections, open_files: openFiles },
      "the limit of open files lowers the number of connections",
    );
  }
  const isAuthentic = (token: string) => manager.introspectToken(token).state !== "INVALID";
  const known = rows && new KnownCallers(rows.value, isAuthentic, config.holders);
  const server = createServer({
    manager,
    register,
    logger,
    callers: known ?? ANYONE,
    observer: metrics,
    tracer,
    tls: tls?.value,
    reflection: config.reflection,
    unaryAdapter: config.unaryAdapter,
    corsOrigins: config.corsOrigins,
    allowedHosts: config.allowedHosts,
    trustedProxies: config.trustedProxies,
    proxyHeaders: config.proxyHeaders,
    warnOfProxies: isLoopback(config.host) && !known,
    limits: { maxConnectionAgeMs: config.maxConnectionAgeMs, maxConnections },
    console: config.console ? loadConsole() : undefined,
  });
  metrics?.watchConnections(server.open);
  metrics?.watchKeys(() => manager.exportConfig().keys);
  const setHealth = (name: string, inForce: boolean) => {
    server.setHealth(name, inForce);
    metrics?.toldOfPart(name, inForce);
  };
  rows?.follow({ use: (newer) => known?.replace(newer), setHealth });
  tls?.follow({ use: server.replaceTls, setHealth });
  keys?.follow({ use: (newer) => manager.useKeyset(newer), setHealth });
  const freshness = followFreshness(register, server.setHealth);
  return {
    async listen() {
      const { address, port, family } = await server.listen(config.port, config.host);
      const host = family === "IPv6" ? `[${address}]` : address;
      return { url: `${tls ? "https" : "http"}://${host}:${port}`, keyId: keyset.primary.keyId };
    },
    async reload() {
      await Promise.all([rows, tls, keys].map((files) => files?.reload()));
    },
    async report() {
      return { metrics: (await metrics?.snapshot()) ?? [], readiness: server.readiness() };
    },
    async close(graceMs) {
      freshness.stop();
      const forced = await server.close(graceMs);
      await tracer?.close();
      return forced;
    },
  };
}

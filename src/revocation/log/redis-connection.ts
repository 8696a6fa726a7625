/** A connection to Redis or Valkey that reconnects by itself and never queues what it cannot send. */
import { setTimeout as pause } from "node:timers/promises";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { LogUnavailableError } from "./log.js";
import type { RedisAddress } from "./redis-url.js";
import { within } from "./within.js";

/** How long to wait between attempts to connect, in milliseconds: longer each time, up to the second. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 3_000;

/** Why a connection was not made, by what an outage is explained that no command has met. */
const lastErrors = new WeakMap<Redis | Cluster, unknown>();

/** Opens a connection; it connects in the background, and again whenever it is lost. */
export function openRedis(address: RedisAddress): Redis | Cluster {
  const { kind, hosts, tls, username, password, database, sentinelName } = address;
  const retryStrategy = (times: number) => Math.min(times * FIRST_RETRY_MS, LONGEST_RETRY_MS);
  const common = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectionName: "secure-token",
    disableClientInfo: true,
    retryStrategy,
  } satisfies RedisOptions;
  const client =
    kind === "cluster"
      ? new Cluster([...hosts], {
          redisOptions: common,
          enableOfflineQueue: false,
          clusterRetryStrategy: retryStrategy,
        })
      : kind === "sentinel"
        ? new Redis({
            ...common,
            db: database,
            sentinels: [...hosts],
            name: sentinelName as string,
            enableTLSForSentinelMode: tls,
            ...(tls && { sentinelTLS: {} }),
          })
        : new Redis({ ...common, db: database, ...hosts[0] });
  // Outages are told by the calls that fail.
  client.on("error", (error) => lastErrors.set(client, error));
  return client;
}

/** Whether a command can be sent at once. */
export function isReady(client: Redis | Cluster): boolean {
  return client.status === "ready";
}

/**
 * Sends a command and waits for its answer.
 *
 * @param waits whether to wait for the connection first
 * @throws LogUnavailableError when there is no answer in time; the connection is then made anew, since
 * a server that hangs would keep every later command waiting
 */
export async function send<T>(
  client: Redis | Cluster,
  command: () => Promise<T>,
  timeoutMs: number,
  waits: boolean,
): Promise<T> {
  if (!waits && !isReady(client)) throw unreachable(client);
  try {
    return await within(timeoutMs, async (signal) => {
      for (;;) {
        if (!isReady(client)) await ready(client, signal);
        try {
          return await command();
        } catch (error) {
          // A connection that was lost meanwhile; whoever waits for one waits for the next.
          if (!waits || signal.aborted || !isConnectionLost(error)) throw error;
          await pause(FIRST_RETRY_MS);
        }
      }
    });
  } catch (error) {
    if (!(error instanceof LogUnavailableError)) throw toUnavailable(error);
    if (!isReady(client)) throw unreachable(client);
    if (client instanceof Redis) client.disconnect(true);
    else client.refreshSlotsCache();
    throw error;
  }
}

function isConnectionLost(error: unknown): boolean {
  const { message } = error as Error;
  return /^(Connection is closed|Stream isn't writeable|Reached the max retries)/.test(message);
}

function ready(client: Redis | Cluster, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onReady = () => resolve();
    client.once("ready", onReady);
    signal.addEventListener("abort", () => {
      client.off("ready", onReady);
      reject(unreachable(client));
    });
  });
}

function unreachable(client: Redis | Cluster): LogUnavailableError {
  return new LogUnavailableError(`Redis cannot be reached${codeOf(lastErrors.get(client))}`);
}

function toUnavailable(error: unknown): LogUnavailableError {
  return new LogUnavailableError(`Redis does not answer${codeOf(error)}`);
}

/**
 * The code of an error, for people: Node's, or the first word of what Redis says; what follows may quote arguments.
 * A Cluster's is the one of a node.
 */
function codeOf(error: unknown): string {
  const { lastNodeError } = (error ?? {}) as { lastNodeError?: unknown };
  const { code, message = "" } = (lastNodeError ?? error ?? {}) as NodeJS.ErrnoException;
  const [word = ""] = (code ?? message).split(" ", 1);
  return /^[A-Z][A-Z0-9_]*$/.test(word) ? ` (${word})` : "";
}

/** Real engines that keep the log of a fleet, each behind a proxy that can fall silent. */
import { startPostgres } from "./postgres.js";
import { startRedis } from "./redis.js";
import type { ServiceProcess } from "./service-process.js";
import { type StallingProxy, startStallingProxy } from "./stalling-proxy.js";

/** An engine that keeps a log. */
export interface FleetEngine {
  /** For REVOCATION_LOG: leads through the proxy, and holds a password, "fleet-password". */
  readonly url: string;
  /** The same without the proxy, which is in the process of the test. */
  readonly direct: string;
  readonly process: ServiceProcess;
  /** Stands before it. */
  readonly proxy: StallingProxy;
  /** Removes all that is kept in it. */
  wipe(): Promise<unknown>;
  close(): Promise<void>;
}

/** PostgreSQL, on a free port. */
export async function startFleetPostgres(): Promise<FleetEngine> {
  const postgres = await startPostgres();
  return behindProxy(postgres, {
    address: (port) => `postgres://test:fleet-password@127.0.0.1:${port}/postgres`,
    wipe: () => postgres.query("DROP TABLE secure_token_log, secure_token_revocations"),
  });
}

/** Redis, on a free port. */
export async function startFleetRedis(): Promise<FleetEngine> {
  const user = ["--user", "fleet", "on", ">fleet-password", "~*", "&*", "+@all"];
  const redis = await startRedis(user);
  return behindProxy(redis, {
    address: (port) => `redis://fleet:fleet-password@127.0.0.1:${port}`,
    wipe: () => redis.command("FLUSHALL"),
  });
}

async function behindProxy(
  engine: { readonly port: number; readonly process: ServiceProcess; close(): Promise<void> },
  { address, wipe }: { address(port: number): string } & Pick<FleetEngine, "wipe">,
): Promise<FleetEngine> {
  const proxy = await startStallingProxy(engine.port);
  return {
    url: address(proxy.port),
    direct: address(engine.port),
    process: engine.process,
    proxy,
    async close() {
      await proxy.close();
      await engine.close();
    },
    wipe,
  };
}

/** A real Redis of the test's own, on loopback, in a folder of its own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "./free-port.js";
import { ServiceProcess } from "./service-process.js";

/** Why tests that need Redis are skipped; false where they run. In CI they always run. */
export function skipWithoutRedis(): string | false {
  if (process.env.CI) return false;
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return "Redis is not installed (Debian: redis-server)";
  }
}

/** A running Redis. */
export interface TestRedis {
  /** `redis://…` of it. */
  readonly url: string;
  readonly port: number;
  readonly process: ServiceProcess;
  /** Runs one command. */
  command(name: string, ...args: string[]): Promise<unknown>;
  /** Ends the server and removes its data. */
  close(): Promise<void>;
}

/** Starts Redis on a free port, with each write on disk before its answer (`appendfsync always`). */
export async function startRedis(extra: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), "secure-token-redis-"));
  const port = await freePort();
  const command = async (name: string, ...args: string[]) => {
    const client = new Redis({
      port,
      host: "127.0.0.1",
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  };
  const server = new ServiceProcess({
    program: "redis-server",
    args: [
      ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder],
      ...["--appendonly", "yes", "--appendfsync", "always", "--save", ""],
      ...extra,
    ],
    isReady: async () => (await command("PING")) === "PONG",
  });
  await server.start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    process: server,
    command,
    async close() {
      server.thaw();
      await server.end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

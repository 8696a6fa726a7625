/** The token service of the demonstration: servers that share revocations, behind a balancer. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSalt, generateSecretKey } from "secure-token-service";
import { createSecureTokenClient } from "secure-token-service/client";
import { removeWithThisProcess } from "../fleet/children.mjs";
import { findPostgres, startPostgres } from "../fleet/postgres.mjs";
import { startServer } from "../fleet/servers.mjs";
import { startBalancer } from "./balancer.mjs";

const SERVERS = 3;

/**
 * Starts it. With PostgreSQL there are three servers on a cluster in a temporary folder (or on
 * REVOCATION_LOG, where that is set), without it one that keeps its revocations itself.
 */
export async function startTokenService() {
  const folder = mkdtempSync(join(tmpdir(), "secure-token-demo-"));
  const removeFolder = removeWithThisProcess(folder);
  try {
    return await startIn(folder, removeFolder);
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function startIn(folder, removeFolder) {
  const { REVOCATION_LOG } = process.env;
  const postgres = REVOCATION_LOG || !findPostgres() ? undefined : await startPostgres();
  const log = REVOCATION_LOG ?? postgres?.url;
  const settings = {
    SECRET_KEY: generateSecretKey(),
    SALT: `base64:${Buffer.from(generateSalt()).toString("base64")}`,
    PBKDF2_ITERATIONS: "100000",
    REVOCATION_LOG: log,
  };
  const servers = [];
  /** Starts under way and done: what ends the service waits for them, and then ends their servers. */
  const starts = new Set();
  const startOne = async (i, port) => {
    const start = startServer(i, folder, settings, port);
    starts.add(start);
    servers[i] = await start;
  };
  const stop = (signal) => Promise.all(servers.map((server) => server?.close(signal)));
  const remove = async () => {
    await Promise.allSettled(starts);
    await stop("SIGTERM");
    await postgres?.close();
    removeFolder();
  };
  const count = log ? SERVERS : 1;
  try {
    await Promise.all(Array.from({ length: count }, (_, i) => startOne(i)));
  } catch (error) {
    await remove();
    throw error;
  }
  const ports = servers.map(({ url }) => new URL(url).port);
  const balancer = await startBalancer(ports);
  const client = createSecureTokenClient({ baseUrl: balancer.url });
  return {
    client,
    balancer,
    servers,
    description: log ? `${count} servers on PostgreSQL` : "1 server (PostgreSQL is not installed)",
    /** Ends every server with a signal, and waits for the exits. */
    stop: (signal = "SIGTERM") => stop(signal),
    /** Starts one server again, on its port and its data. */
    startOne: (i) => startOne(i, ports[i]),
    /** Starts every server again, on its port and its data. */
    async start() {
      await Promise.all(ports.map((port, i) => startOne(i, port)));
    },
    async close() {
      client.close();
      balancer.close();
      await remove();
    },
  };
}

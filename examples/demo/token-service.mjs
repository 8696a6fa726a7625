/** The token service of the demonstration: servers that share revocations, behind a balancer. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSalt, generateSecretKey } from "secure-token-service";
import { createSecureTokenClient } from "secure-token-service/client";
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
  const { REVOCATION_LOG } = process.env;
  const postgres = REVOCATION_LOG || !findPostgres() ? undefined : await startPostgres();
  const log = REVOCATION_LOG ?? postgres?.url;
  const settings = {
    SECRET_KEY: generateSecretKey(),
    SALT: `base64:${Buffer.from(generateSalt()).toString("base64")}`,
    PBKDF2_ITERATIONS: "100000",
    REVOCATION_LOG: log,
  };
  const startOne = (i, port) => startServer(i, folder, settings, port);
  const count = log ? SERVERS : 1;
  const servers = await Promise.all(Array.from({ length: count }, (_, i) => startOne(i)));
  const ports = servers.map(({ url }) => new URL(url).port);
  const balancer = await startBalancer(ports);
  const client = createSecureTokenClient({ baseUrl: balancer.url });
  return {
    client,
    balancer,
    servers,
    description: log ? `${count} servers on PostgreSQL` : "1 server (PostgreSQL is not installed)",
    /** Ends every server with a signal, and waits for the exits. */
    async stop(signal = "SIGTERM") {
      await Promise.all(servers.map((server) => server.close(signal)));
    },
    /** Starts every server again, on its port and its data. */
    async start() {
      await Promise.all(ports.map((_, i) => this.restart(i)));
    },
    /** Starts one server again. */
    async restart(i) {
      servers[i] = await startOne(i, ports[i]);
    },
    async close() {
      client.close();
      balancer.close();
      await this.stop();
      await postgres?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

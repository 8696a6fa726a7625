/** A fleet on a real PostgreSQL. */
import { skipWithoutPostgres, startPostgres } from "../support/postgres.js";
import { startStallingProxy } from "../support/stalling-proxy.js";
import { fleetSuite } from "./fleet-suite.js";

fleetSuite(
  "PostgreSQL",
  async () => {
    const { port, process, query, close } = await startPostgres();
    const proxy = await startStallingProxy(port);
    return {
      url: `postgres://test:fleet-password@127.0.0.1:${proxy.port}/postgres`,
      process,
      proxy,
      async close() {
        await proxy.close();
        await close();
      },
      wipe: () => query("DROP TABLE secure_token_log, secure_token_revocations"),
    };
  },
  skipWithoutPostgres(),
);

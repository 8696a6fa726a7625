/** The log in a real PostgreSQL. */
import { Client } from "pg";
import { toEntryText } from "../../../src/revocation/entry-text.js";
import { PostgresLog } from "../../../src/revocation/log/postgres.js";
import { APPEND } from "../../../src/revocation/log/postgres-schema.js";
import { skipWithoutPostgres, startPostgres } from "../../support/postgres.js";
import { startStallingProxy } from "../../support/stalling-proxy.js";
import { logSuite } from "./log-suite.js";

logSuite(
  "PostgreSQL",
  async () => {
    const postgres = await startPostgres();
    const proxy = await startStallingProxy(postgres.port);
    const url = `postgres://test:secret@127.0.0.1:${proxy.port}/postgres`;
    const run = async (sql: string) => {
      await postgres.query(sql);
    };
    return {
      process: postgres.process,
      proxy,
      open: () => new PostgresLog(url),
      wipe: () => run("DROP TABLE IF EXISTS secure_token_log, secure_token_revocations"),
      trim: () => run("DELETE FROM secure_token_revocations"),
      async beginWrite(revocation) {
        const client = new Client({ connectionString: postgres.url });
        await client.connect();
        await client.query("BEGIN");
        const { id, expiresAt } = revocation;
        const row = [[Buffer.from(id)], [toEntryText(revocation)], [String(expiresAt)]];
        await client.query(APPEND, row);
        return async () => {
          await client.query("COMMIT");
          await client.end();
        };
      },
      corrupt: () =>
        run("INSERT INTO secure_token_revocations (key, entry, expires_at) VALUES ('x', '[]', 1)"),
      async close() {
        await proxy.close();
        await postgres.close();
      },
    };
  },
  skipWithoutPostgres(),
  true,
);

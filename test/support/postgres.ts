/** A real PostgreSQL of the test's own, on loopback, in a folder of its own. */
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "./free-port.js";
import { ServiceProcess } from "./service-process.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "./tls.js";

/** Where Debian keeps the programs of each version. */
const DEBIAN_FOLDER = "/usr/lib/postgresql";

/** The folder of `initdb` and `postgres`; undefined where PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  return readdirSync(DEBIAN_FOLDER)
    .map((version) => join(DEBIAN_FOLDER, version, "bin"))
    .find((folder) => existsSync(join(folder, "postgres")));
}

/** Why tests that need PostgreSQL are skipped; undefined where they run. In CI they always run. */
export function skipWithoutPostgres(): string | false {
  if (findPostgres() !== undefined || process.env.CI) return false;
  return "PostgreSQL is not installed (Debian: postgresql)";
}

/** A running PostgreSQL. */
export interface TestPostgres {
  /** `postgres://…` of a database and a superuser. */
  readonly url: string;
  readonly port: number;
  readonly process: ServiceProcess;
  /** Runs one statement and gives its rows. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends the server and removes its data. */
  close(): Promise<void>;
}

/** Makes a database cluster, and starts it on a free port; with `TEST_CERTIFICATE` for who asks for TLS. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error("PostgreSQL is not installed");
  const folder = mkdtempSync(join(tmpdir(), "secure-token-postgres-"));
  const data = join(folder, "data");
  const user = unprivilegedUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "test", "-A", "trust", "--no-sync"], {
    ...user,
    cwd: folder,
    stdio: "ignore",
  });
  for (const [name, pem] of [
    ["server.crt", TEST_CERTIFICATE],
    ["server.key", TEST_CERTIFICATE_KEY],
  ] as const) {
    const path = join(data, name);
    writeFileSync(path, pem, { mode: 0o600 });
    if (user !== undefined) chownSync(path, user.uid, user.gid);
  }
  const port = await freePort();
  const url = `postgres://test@127.0.0.1:${port}/postgres`;
  const query = async (sql: string, values: readonly unknown[] = []) => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    // A server that is killed breaks the connection; the query's own rejection tells it.
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(sql, [...values])).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const server = new ServiceProcess({
    program: join(bin, "postgres"),
    args: [
      "-D",
      data,
      "-p",
      `${port}`,
      "-k",
      folder,
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "ssl=on",
    ],
    options: { ...user, cwd: folder },
    isReady: async () => (await query("SELECT 1")).length === 1,
  });
  await server.start();
  return {
    url,
    port,
    process: server,
    query,
    async close() {
      server.thaw();
      // The immediate shutdown: its children end with it.
      await server.end("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

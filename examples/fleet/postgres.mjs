/** A PostgreSQL for the example: a cluster in a temporary folder, on a free port of loopback. */
import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { endWithThisProcess, removeWithThisProcess } from "./children.mjs";

/** Where Debian keeps the programs of each version. */
const DEBIAN_FOLDER = "/usr/lib/postgresql";

/** Starts it. Gives its URL and what ends it. */
export async function startPostgres() {
  const bin = findPrograms();
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), "secure-token-fleet-"));
  const data = join(folder, "data");
  if (user) chownSync(folder, user.uid, user.gid);
  const options = { ...user, cwd: folder, stdio: "ignore" };
  const remove = removeWithThisProcess(folder);
  try {
    execFileSync(join(bin, "initdb"), ["-D", data, "-U", "fleet", "-A", "trust"], options);
  } catch (error) {
    remove();
    throw error;
  }
  const port = await freePort();
  const args = ["-D", data, "-p", `${port}`, "-k", folder, "-c", "listen_addresses=127.0.0.1"];
  // SIGQUIT ends it at once, with its own children.
  const server = endWithThisProcess(spawn(join(bin, "postgres"), args, options), "SIGQUIT");
  const ended = new Promise((resolve) => server.once("exit", resolve));
  if (!(await isReady(bin, port, server))) {
    remove();
    throw new Error("PostgreSQL ended before it was ready");
  }
  return {
    url: `postgres://fleet@127.0.0.1:${port}/postgres`,
    async close() {
      server.kill("SIGINT");
      await ended;
      remove();
    },
  };
}

/** The folder of PostgreSQL's programs; undefined where it is not installed. */
export function findPostgres() {
  const folders = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  return folders
    .map((version) => join(DEBIAN_FOLDER, version, "bin"))
    .find((folder) => existsSync(join(folder, "initdb")));
}

function findPrograms() {
  const bin = findPostgres();
  if (bin) return bin;
  throw new Error("PostgreSQL is not installed; set REVOCATION_LOG to the URL of one that runs");
}

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
function unprivilegedUser() {
  if (process.getuid() !== 0) return undefined;
  const id = (flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Waits until it takes connections; false where its process has ended. */
async function isReady(bin, port, server) {
  while (server.exitCode === null && server.signalCode === null) {
    try {
      execFileSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", `${port}`]);
      return true;
    } catch {
      await setTimeout(100);
    }
  }
  return false;
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

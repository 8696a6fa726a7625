import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Attack, callHeaders, PAGE } from "./attack.js";
import { setting } from "./frames.js";
import type { RawConnection } from "./raw-connection.js";

const INITIAL_WINDOW_SIZE = 4;
/** The console's files, as the build has made them. */
const ASSETS = fileURLToPath(new URL("../../dist/console/assets", import.meta.url));

/** Pages over HTTP/2, for whose answers the client leaves no room. */
export const unreadHttp2Pages: Attack = {
  name: "pages never read, HTTP/2",
  connections: 50,
  endsAfter: 12,
  run: (connection) => ask(connection, "/", 100),
};

/** The console's script, of 200 KB: together far more than the server keeps of answers. */
export const hoardedPages: Attack = {
  name: "more answers never read than there is room for",
  connections: 16,
  honest: "batches",
  // A server that is slow to answer has room for all of them.
  staysOpen: true,
  run: (connection) => ask(connection, `/assets/${script()}`, 40),
};

async function ask(connection: RawConnection, path: string, streams: number): Promise<void> {
  await connection.begin(setting(INITIAL_WINDOW_SIZE, 0));
  for (let id = 1; id < 2 * streams && connection.going; id += 2) {
    await connection.write(callHeaders(id, true, { ...PAGE, ":path": path }));
  }
  await connection.waitForEnd();
}

function script(): string {
  return readdirSync(ASSETS).find((name) => name.endsWith(".js")) as string;
}

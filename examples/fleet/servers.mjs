/** The servers of the examples: each a process on loopback, with a folder of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createSecureTokenClient } from "secure-token-service/client";
import { endWithThisProcess } from "./children.mjs";

const COMMAND = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/**
 * Starts a server on a port, by default a free one. Gives its URL, a client, what signals it, and what
 * ends both and waits for the exit.
 */
export async function startServer(index, folder, settings, port = "0") {
  const env = { ...process.env, ...settings, PORT: port };
  const child = endWithThisProcess(
    spawn(process.execPath, [COMMAND, "serve"], {
      cwd: folder,
      env: { ...env, DATA_DIR: join(folder, `server-${index}`) },
      stdio: ["ignore", "ignore", "pipe"],
    }),
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /"url":"([^"]+)"/.exec(line)?.[1];
    if (!url) continue;
    child.stderr.resume();
    process.stdout.write(`server ${index + 1}: ${url}\n`);
    const client = createSecureTokenClient({ baseUrl: url });
    const signal = (name) => child.kill(name);
    const close = (name = "SIGTERM") => {
      client.close();
      child.kill(name);
      return ended;
    };
    return { url, client, signal, close };
  }
  throw new Error(`server ${index + 1} did not start`);
}

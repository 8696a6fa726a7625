/** A server that is the first process of a container, to which signals do nothing by themselves. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { eventually } from "../support/worker-lines.js";

const NAMESPACE = ["--pid", "--fork", "--kill-child"];
const skip =
  spawnSync("unshare", [...NAMESPACE, "true"]).status !== 0 &&
  "SKIPPED: no process namespace can be made here (`unshare`, as root)";

describe("as the first process of a container", { skip }, () => {
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    it(`a server that waits for its revocation log ends at ${signal}`, async (t) => {
      const silent = createServer().listen(0, "127.0.0.1");
      t.after(() => silent.close());
      await once(silent, "listening");
      const { port } = silent.address() as { port: number };
      const command = [process.execPath, join(ROOT, "bin/secure-token.js"), "serve"];
      const child = spawn("unshare", [...NAMESPACE, ...command], {
        cwd: scratchFolder(),
        env: {
          PATH: process.env.PATH ?? "",
          PORT: "0",
          REVOCATION_LOG: `redis://127.0.0.1:${port}`,
        },
        stdio: ["ignore", "ignore", "pipe"],
      });
      t.after(() => child.kill("SIGKILL"));
      let log = "";
      child.stderr.on("data", (text) => {
        log += text;
      });
      const exit = once(child, "exit");
      await eventually(() => log.includes("revocation log is followed"));
      const inner = execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], {
        encoding: "utf8",
      });
      process.kill(Number(inner), signal);
      assert.deepEqual(await exit, [code, null]);
    });
  }
});

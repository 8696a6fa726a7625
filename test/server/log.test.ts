/** The log of a running server, when its reader does not read. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { LogLines, MAX_WRITE } from "../../src/server/log-lines.js";
import { ROOT } from "../support/buf.js";

/** A pipe holds 64 KiB, and a call leaves a line of over 200 bytes. */
const CALLS = 600;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

describe("a log that nobody reads", () => {
  it("stops neither the server nor its end", async () => {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), PBKDF2_ITERATIONS: "100000" };
    const main = join(ROOT, "dist/cli/main.js");
    // Never read from.
    const server = spawn(process.execPath, [main, "serve"], { env, stdio: ["ignore", 1, "pipe"] });
    const url = `http://127.0.0.1:${port}/securetoken.v1.TokenService/GenerateToken`;
    const headers = { "content-type": "application/json" };
    const call = () => fetch(url, { method: "POST", headers, body: '{"userId":"ada"}' });
    for (let i = 0; i < 100 && !(await call().catch(() => undefined)); i++) await pause(50);
    for (let i = 0; i < CALLS; i++) {
      const answer = await call();
      assert.equal(answer.status, 200);
      await answer.arrayBuffer();
    }
    server.kill("SIGTERM");
    const [code, signal] = await once(server, "exit");
    // A thread hangs in its last write: no exit in order is left.
    assert.deepEqual([code, signal], [null, "SIGKILL"]);
  });
});

describe("lines of the log", () => {
  it("go out together after a moment, whole, and never more than a pipe takes at once", async () => {
    const writes: string[] = [];
    const lines = new LogLines({ write: (text) => writes.push(text) });
    const line = `${"x".repeat(300)}\n`;
    for (let i = 0; i < 40; i++) lines.write(line);
    assert.ok(writes.length < 40);
    for (let i = 0; i < 100 && writes.join("").length < 40 * line.length; i++) await pause(5);
    assert.equal(writes.join(""), line.repeat(40));
    for (const text of writes) {
      assert.ok(text.length <= MAX_WRITE);
      assert.ok(text.endsWith("\n"));
    }
  });

  it("go out at once on demand", () => {
    const writes: string[] = [];
    const lines = new LogLines({ write: (text) => writes.push(text) });
    lines.write("a\n");
    lines.flush();
    lines.flush();
    assert.deepEqual(writes, ["a\n"]);
  });
});

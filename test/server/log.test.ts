/** The log of a running server: what becomes of it, and of the server, when it cannot be written. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { LogWriter, MAX_PIECE } from "../../src/server/log-writer.js";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";

/** More than a pipe holds, at 500 bytes a line. */
const CALLS = 400;
const USER_ID = "u".repeat(256);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A server whose log goes to `stderr`. */
async function startWith(stderr: number, env: Record<string, string> = {}) {
  const port = await freePort();
  const settings = { ...process.env, PORT: String(port), PBKDF2_ITERATIONS: "100000", ...env };
  const main = join(ROOT, "dist/cli/main.js");
  const server: ChildProcess = spawn(process.execPath, [main, "serve"], {
    env: settings,
    stdio: ["ignore", 1, stderr],
  });
  const url = `http://127.0.0.1:${port}/securetoken.v1.TokenService/GenerateToken`;
  const headers = { "content-type": "application/json" };
  const call = () =>
    fetch(url, { method: "POST", headers, body: JSON.stringify({ userId: USER_ID }) });
  for (let i = 0; i < 200 && !(await call().catch(() => undefined)); i++) await pause(50);
  return {
    server,
    async callOften(times: number) {
      for (let i = 0; i < times; i++) {
        const answer = await call();
        assert.equal(answer.status, 200);
        await answer.arrayBuffer();
      }
    },
  };
}

/** A pipe that somebody holds open, and nobody reads. */
function deafPipe(): number {
  const path = join(scratchFolder(), "pipe");
  execFileSync("mkfifo", [path]);
  return openSync(path, "r+");
}

describe("a log that nobody reads", () => {
  it("stops neither the server nor its end", async () => {
    const pipe = deafPipe();
    const { server, callOften } = await startWith(pipe);
    await callOften(CALLS);
    server.kill("SIGTERM");
    assert.deepEqual(await once(server, "exit"), [0, null]);
    closeSync(pipe);
  });

  it("does not keep a second signal from ending the server at once", async () => {
    const pipe = deafPipe();
    const { server, callOften } = await startWith(pipe);
    await callOften(CALLS);
    const exit = once(server, "exit");
    // One that comes soon after the first is taken for its copy.
    const again = setInterval(() => server.kill("SIGTERM"), 700);
    server.kill("SIGTERM");
    assert.deepEqual(await exit, [null, "SIGTERM"]);
    clearInterval(again);
    closeSync(pipe);
  });
});

describe("a log that cannot be written", () => {
  for (const workers of ["1", "2"]) {
    it(`stops neither the server nor its end: WORKERS=${workers}`, async () => {
      const full = openSync("/dev/full", "w");
      const { server, callOften } = await startWith(full, { WORKERS: workers });
      await callOften(50);
      server.kill("SIGTERM");
      const [code] = await once(server, "exit");
      assert.equal(code, 0);
      closeSync(full);
    });
  }
});

describe("a log writer", () => {
  const line = `${"x".repeat(300)}\n`;

  for (const shared of [true, false]) {
    it(`writes every line, whole and in order${shared ? ", and no more at once than a pipe takes" : ""}`, async () => {
      const path = join(scratchFolder(), "log");
      const fd = openSync(path, "a");
      const writer = new LogWriter({ fd, shared });
      const lines = Array.from({ length: 500 }, (_, i) => `${i} ${line}`);
      for (const text of lines) {
        writer.write(text);
        if (text.startsWith("100 ")) await pause(10);
      }
      assert.equal(await writer.end(), true);
      assert.equal(readFileSync(path, "utf8"), lines.join(""));
      closeSync(fd);
    });
  }

  it("writes at once when the process exits", () => {
    const path = join(scratchFolder(), "log");
    const fd = openSync(path, "a");
    const writer = new LogWriter({ fd, shared: false });
    writer.write("a\n");
    writer.flushSync();
    writer.flushSync();
    assert.equal(readFileSync(path, "utf8"), "a\n");
    closeSync(fd);
  });

  for (const shared of [true, false]) {
    it(`loses nothing to a reader that pauses${shared ? ", shared" : ""}`, async () => {
      const path = join(scratchFolder(), "pipe");
      execFileSync("mkfifo", [path]);
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      // What does not fit fails with EAGAIN rather than wait.
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      const writer = new LogWriter({ fd, shared });
      const lines = Array.from({ length: 1000 }, (_, i) => `${i} ${line}`);
      for (const text of lines) writer.write(text);
      await pause(50);
      let read = "";
      const bytes = Buffer.alloc(MAX_PIECE);
      for (let i = 0; i < 2000 && read.length < lines.join("").length; i++) {
        try {
          read += bytes.toString("utf8", 0, readSync(reader, bytes));
        } catch {
          await pause(10);
        }
      }
      assert.equal(read, lines.join(""));
      closeSync(reader);
      closeSync(fd);
    });
  }
});

/** Where the log goes, and what its lines look like. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { humanLine } from "../../src/server/human-log.js";
import { logForm } from "../../src/server/log.js";
import { MAIN } from "../support/server-process.js";

const WARNING = '{"level":40,"time":0,"msg":"careful","part":"log"}\n';

describe("the form of the log", () => {
  const form = (
    logFormat: "json" | "pretty" | undefined,
    isTerminal: boolean,
    noColor?: string,
  ) => {
    const config = { logDestination: "stderr", logFormat, workers: 1 } as const;
    const { human, colored } = logForm(config, isTerminal, noColor);
    return [human, colored];
  };

  it("is for people on a terminal alone, unless LOG_FORMAT says otherwise", () => {
    assert.deepEqual(form(undefined, true), [true, true]);
    assert.deepEqual(form(undefined, false), [false, false]);
    assert.equal(form("json", true)[0], false);
    assert.deepEqual(form("pretty", false), [true, false]);
  });

  it("has no colours with NO_COLOR, which counts when it is not empty", () => {
    assert.deepEqual(form(undefined, true, "1"), [true, false]);
    assert.deepEqual(form(undefined, true, ""), [true, true]);
  });

  it("colours the level, and nothing else", () => {
    const plain = humanLine(WARNING);
    assert.match(plain, /^\d\d:\d\d:\d\d warn {2}careful part=log\n$/);
    assert.equal(humanLine(WARNING, true), plain.replace("warn ", "\u001b[33mwarn \u001b[39m"));
    const info = WARNING.replace("40", "30");
    assert.equal(humanLine(info, true), humanLine(info));
  });

  it("lets no level reach the terminal as it is", () => {
    assert.ok(!humanLine('{"level":"\\u001b[2J"}').includes("\u001b"));
  });
});

describe("LOG_DESTINATION=stdout and LOG_FORMAT=pretty", () => {
  it("write lines for people to standard output, none to standard error, without colours in a pipe", async () => {
    const server = spawn(process.execPath, [MAIN, "serve"], {
      env: {
        PATH: process.env.PATH,
        PORT: "0",
        PBKDF2_ITERATIONS: "100000",
        LOG_DESTINATION: "stdout",
        LOG_FORMAT: "pretty",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    server.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const listening = new Promise<void>((resolve) => {
      server.stdout.on("data", (chunk) => {
        stdout += chunk;
        if (stdout.includes(" listening ")) resolve();
      });
    });
    const ended = once(server, "close");
    await Promise.race([listening, ended]);
    server.kill("SIGTERM");
    await ended;
    assert.match(stdout, /^\d\d:\d\d:\d\d info {2}listening url=http/m);
    assert.match(stdout, /^\d\d:\d\d:\d\d info {2}ended forced=0$/m);
    assert.ok(!stdout.includes("\u001b"));
    assert.equal(stderr, "");
  });
});

/** Starts the server that hostile requests go to. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Target } from "./request-bodies.js";

/** A target, and how to end it. */
export interface FuzzServer extends Target {
  /** Ends the server. Throws if it crashed, or if anything happened that nobody foresaw. */
  close(): Promise<void>;
}

/** Starts the server as a process. */
export async function startFuzzServer(): Promise<FuzzServer> {
  const file = fileURLToPath(new URL("./server-process.ts", import.meta.url));
  const server = fork(file, { execArgv: ["--import", "tsx"] });
  const exit = once(server, "exit");
  const [target] = (await once(server, "message")) as [Target];
  return {
    ...target,
    async close() {
      assert.equal(server.signalCode, null, `the server was ended by ${server.signalCode}`);
      assert.equal(server.exitCode, null, "the server crashed");
      server.send("close");
      const [internalErrors] = (await once(server, "message")) as [string[]];
      assert.deepEqual(internalErrors, []);
      assert.deepEqual(await exit, [0, null]);
    },
  };
}

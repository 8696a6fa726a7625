/** A gRPC library at its own limit, with its default options: no call is lost, and no connection is cut. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, before, describe, it } from "node:test";
import { type ServerProcess, startServer } from "../../../support/server-process.js";
import { eventually, logLines } from "../../../support/worker-lines.js";

/** A program that calls a server as fast as its library can. All take the arguments of `go/main.go`. */
export interface FullSpeedProgram {
  readonly name: string;
  /** Why it cannot run here; false where it can. */
  readonly skip: string | false;
  /** Builds it. */
  readonly build: () => Promise<void>;
  readonly command: readonly [program: string, ...args: string[]];
  /** What the library says of calls that it drops itself when its connection is told to end. Default: it drops none. */
  readonly loses?: RegExp | undefined;
}

/** What a program prints at its end. */
interface Calls {
  readonly ended: number;
  readonly failed: number;
  /** Each text once. */
  readonly failures: readonly string[] | null;
  readonly perSecond: number;
}

/** A run of a program. */
interface Run {
  /** Settles when the first call has ended. */
  readonly begun: Promise<unknown>;
  /** Ends a run without a number of calls. */
  stop(): void;
  readonly result: Promise<Calls>;
}

const CALLS = 10_000;

/** Connections, and calls at once on each. The last asks for more streams than the server lets a connection open. */
const SHAPES = [
  [1, 64],
  [100, 4],
  [1, 300],
] as const;

/** The tests of one library. */
export function fullSpeedSuite({ name, skip, build, command, loses }: FullSpeedProgram): void {
  describe(name, { skip }, () => {
    let server: ServerProcess;
    let running: ChildProcess | undefined;
    before(build);
    afterEach(async () => {
      // One that a failed test has left would go on calling.
      running?.kill();
      await server?.end();
    });

    function run(connections: number, concurrency: number, calls: number): Run {
      const options = { connections, concurrency, calls, address: `127.0.0.1:${server.port}` };
      const args = Object.entries(options).flatMap(([option, value]) => [`-${option}`, `${value}`]);
      const [program, ...before] = command;
      const child = spawn(program, [...before, ...args], { stdio: ["pipe", "pipe", "inherit"] });
      running = child;
      let printed = "";
      child.stdout.on("data", (chunk) => {
        printed += chunk;
      });
      const result = once(child, "close").then(([code]): Calls => {
        assert.equal(code, 0);
        return JSON.parse(printed.slice(printed.indexOf("{")));
      });
      const begun = Promise.race([once(child.stdout, "data"), result]);
      return { begun, stop: () => child.stdin.end(), result };
    }

    for (const [connections, concurrency] of SHAPES) {
      const shape = `${connections} x ${concurrency}`;
      it(`makes ${CALLS} calls as fast as it can, ${shape} at once`, async (t) => {
        server = await startServer({ WORKERS: "2" });
        const { ended, failed, failures, perSecond } = await run(connections, concurrency, CALLS)
          .result;
        t.diagnostic(`${name}, ${shape}: ${perSecond} calls/s`);
        assert.deepEqual([ended, failed, failures ?? []], [CALLS, 0, []]);
        assert.deepEqual(logLines(server, "connection cut"), []);
      });
    }

    it("loses no call at full speed while all workers are replaced", async (t) => {
      server = await startServer({ WORKERS: "2" });
      const { begun, result, stop } = run(4, 16, 0);
      await begun;
      server.process.kill("SIGUSR2");
      await eventually(() => logLines(server, "rolling restart done").length > 0);
      stop();
      const { ended, failed, failures } = await result;
      t.diagnostic(`${name}: ${failed} of ${ended} calls lost during the restart`);
      assert.deepEqual(
        (failures ?? []).filter((failure) => !loses?.test(failure)),
        [],
      );
    });
  });
}

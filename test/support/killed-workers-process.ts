/**
 * A primary with two workers that answer every connection with their number. Reads `kill` from its
 * standard input, kills one worker after the other, and says when both listen again.
 */
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import pino from "pino";
import { forkWorker, joinPrimary, type WorkerProcess } from "../../src/server/cluster.js";
import { WorkerPool } from "../../src/server/worker-pool.js";

const primary = await joinPrimary(process.env);
if (primary) {
  const server = createServer((_, response) => {
    response.setHeader("connection", "close");
    response.end(String(primary.number));
  });
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as { port: number };
    primary.tellListening({ url: `http://127.0.0.1:${port}`, keyId: "" });
  });
} else {
  const workers = new Map<number, WorkerProcess>();
  const pool = new WorkerPool({
    size: 2,
    fork(number) {
      const worker = forkWorker(number, {});
      worker.listening.then(() => {
        workers.set(number, worker);
        if (workers.size === 2) process.stdout.write("both listen\n");
      });
      worker.exited.then(() => workers.delete(number));
      return worker;
    },
    logger: pino({ level: "silent" }),
    graceMs: 1_000,
    // Replaced at once, however often they are killed.
    wait: () => Promise.resolve(),
  });
  let victim = 1;
  createInterface(process.stdin).on("line", () => {
    workers.get(victim)?.kill();
    victim = 3 - victim;
  });
  const facts = await pool.start();
  process.stdout.write(`${facts?.url}\n`);
}

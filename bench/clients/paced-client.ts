/**
 * Sends requests at even distances, however long the answers take, and prints how long they took.
 *
 * h2load's own --rps sends what is due every 10 ms in one burst, so that its latencies are those of
 * the bursts. This one never waits for an answer, and counts from when a request was due: time that
 * it spent waiting for a stalled server is part of the latency.
 */
import { readFileSync } from "node:fs";
import { FrameConnection } from "./frames.js";

/** The program's one argument, as JSON. */
export interface PacedRun {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A file that holds the body. */
  readonly file: string;
  readonly connections: number;
  /** Requests a second, over all connections. */
  readonly rate: number;
  /** Requests that go before and are not counted. */
  readonly warmUp: number;
  /** Requests that are counted. */
  readonly requests: number;
}

/** What the program prints, as JSON: microseconds from due to answered. */
export interface PacedAnswer {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

const { port, path, headers, file, ...run }: PacedRun = JSON.parse(process.argv[2] as string);
const all = run.warmUp + run.requests;
const latencies = new Float64Array(run.requests);
let answered = 0;
let start = 0;

const due = (i: number) => start + (i * 1000) / run.rate;
const connections = Array.from(
  { length: run.connections },
  () =>
    new FrameConnection(port, { path, headers, body: readFileSync(file) }, (i, ok) => {
      if (!ok) throw new Error("an answer without a message");
      if (i >= run.warmUp) latencies[i - run.warmUp] = (performance.now() - due(i)) * 1000;
      if (++answered === all) finish();
    }),
);

// A timer is late by up to a millisecond: the loop turns without rest instead, on its own core.
let sent = 0;
start = performance.now() + 50;
setImmediate(function turn() {
  while (sent < all && due(sent) <= performance.now()) {
    (connections[sent % connections.length] as FrameConnection).send(sent);
    sent++;
  }
  if (answered < all) setImmediate(turn);
});

function finish(): void {
  for (const connection of connections) connection.close();
  latencies.sort();
  const at = (share: number) => latencies[Math.floor(run.requests * share)] as number;
  const answer: PacedAnswer = { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

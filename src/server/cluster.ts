/**
 * Worker processes over node:cluster: the primary holds the port and hands connections out in turn,
 * and tells workers what to do. What they must know travels by their private channel, since a key
 * may be among it.
 */
import cluster from "node:cluster";
import type { Channel, ToPrimary, ToWorker } from "../revocation/workers/protocol.js";
import type { Env } from "./config/index.js";
import type { Listening } from "./instance.js";
import type { ProcessReport } from "./metrics/report.js";
import { rescueConnections } from "./rescue-connections.js";

/** What a primary asks of a worker: to read its files again, or to finish its calls and end. */
export type Order = "reload" | "leave";

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A worker, as the primary knows it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Settles once it listens; stays open when it ends before. */
  readonly listening: Promise<Listening>;
  /** Settles once it has ended. */
  readonly exited: Promise<Exit>;
  /** Passes on an order. A worker that does not listen yet is not told to leave but ended, since it has no calls. */
  tell(order: Order): void;
  /** Ends it at once. */
  kill(): void;
}

/** A worker that this program has started. */
export interface ForkedWorker extends WorkerProcess {
  /** What the two tell each other of revocations. */
  readonly revocations: Channel<ToWorker, ToPrimary>;
  /** What the worker is like at this moment; undefined when it ends before it says so. */
  report(): Promise<ProcessReport | undefined>;
  /** Calls the handler for every report, asked for or not. */
  onReport(handler: (report: ProcessReport) => void): void;
}

/** The primary, as its worker knows it. */
export interface Primary {
  /** This worker's number, from 1. */
  readonly number: number;
  /** The settings that the worker runs with, in place of its own environment. */
  readonly settings: Env;
  /** Calls the handler for every order. */
  onOrder(handler: (order: Order) => void): void;
  /** What the two tell each other of revocations. */
  readonly revocations: Channel<ToPrimary, ToWorker>;
  /** Tells that this worker listens. */
  tellListening(facts: Listening): void;
  /** Makes the reports, for a primary that asks and before this worker leaves. */
  onReport(report: () => Promise<ProcessReport>): void;
  /** Tells a report unasked; settles once the channel has taken it. */
  tellReport(): Promise<void>;
}

/** Set for the processes that `forkWorker` starts: other programs use node:cluster as well. */
const NUMBER = "SECURE_TOKEN_WORKER";

type FromWorker =
  | "settings?"
  | { readonly listening: Listening }
  | { readonly revocations: ToPrimary }
  | { readonly report: ProcessReport };
type FromPrimary =
  | "report?"
  | { readonly settings: Env }
  | { readonly order: Order }
  | { readonly revocations: ToWorker };

/** Starts this program once more, with the same arguments and the same flags of Node. */
export function forkWorker(number: number, settings: Env): ForkedWorker {
  // By the kernel's choice, most connections would go to few workers.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const worker = cluster.fork({ [NUMBER]: String(number) });
  const connections = rescueConnections(worker);
  const child = worker.process;
  let asked = false;
  const kill = () => {
    child.kill("SIGKILL");
  };
  let onRevocations: (message: ToPrimary) => void = () => {};
  const revocations: Channel<ToWorker, ToPrimary> = {
    send: (message, sent) => worker.send({ revocations: message }, sent ?? ignoreGone),
    onMessage(handler) {
      onRevocations = handler;
    },
  };
  const reportWaiters: ((report: ProcessReport | undefined) => void)[] = [];
  let onReport: (report: ProcessReport) => void = () => {};
  const listening = new Promise<Listening>((resolve) => {
    worker.on("message", (message: FromWorker) => {
      if (message === "settings?") {
        asked = true;
        worker.send({ settings }, ignoreGone);
      } else if ("revocations" in message) {
        onRevocations(message.revocations);
      } else if ("report" in message) {
        onReport(message.report);
        for (const tell of reportWaiters.splice(0)) tell(message.report);
      } else {
        resolve(message.listening);
      }
    });
  });
  const exited = new Promise<Exit>((resolve) => {
    worker.once("exit", (code: number | null, signal: string | null) => resolve({ code, signal }));
    // A process that could not be started has no exit; every other fault of a worker ends in one.
    worker.on("error", () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
  const tell = (order: Order) => {
    if (order === "leave" && !connections.hasPort()) kill();
    else if (asked) worker.send({ order }, ignoreGone);
  };
  let isGone = false;
  exited.then(() => {
    isGone = true;
    for (const tell of reportWaiters.splice(0)) tell(undefined);
  });
  const report = () =>
    new Promise<ProcessReport | undefined>((resolve) => {
      if (isGone) return resolve(undefined);
      reportWaiters.push(resolve);
      worker.send("report?", ignoreGone);
    });
  return {
    pid: child.pid,
    listening,
    exited,
    revocations,
    report,
    onReport(handler) {
      onReport = handler;
    },
    tell,
    kill,
  };
}

/**
 * Waits for the primary's settings. Undefined in a process that `forkWorker` did not start. When the
 * primary ends, however that comes, Node ends the worker.
 */
export async function joinPrimary(env: Env): Promise<Primary | undefined> {
  const { worker } = cluster;
  if (!worker || env[NUMBER] === undefined) return undefined;
  const orders: Order[] = [];
  let handle = (order: Order): unknown => orders.push(order);
  let onRevocations: (message: ToWorker) => void = () => {};
  let makeReport: (() => Promise<ProcessReport>) | undefined;
  const tellReport = async () => {
    if (!makeReport) return;
    const report = await makeReport();
    await new Promise<void>((resolve) => worker.send({ report }, () => resolve()));
  };
  const settings = await new Promise<Env>((resolve) => {
    worker.on("message", (message: FromPrimary) => {
      if (message === "report?") tellReport();
      else if ("settings" in message) resolve(message.settings);
      else if ("revocations" in message) onRevocations(message.revocations);
      else handle(message.order);
    });
    // Asked for, because messages that come before anybody listens are lost.
    worker.send("settings?");
  });
  return {
    number: Number(env[NUMBER]),
    settings,
    revocations: {
      send: (message, sent) => worker.send({ revocations: message }, sent ?? ignoreGone),
      onMessage(handler) {
        onRevocations = handler;
      },
    },
    onOrder(handler) {
      handle = handler;
      orders.splice(0).forEach(handler);
    },
    onReport(report) {
      makeReport = report;
    },
    tellReport,
    tellListening: (facts) => {
      worker.send({ listening: facts });
    },
  };
}

/** A worker that has just ended reads no more; that it has ended is told by its exit. */
function ignoreGone(): void {}

/** Calls at a steady rate, without any repetition. */
import { setTimeout as wait } from "node:timers/promises";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";

/** How often due calls are started, in milliseconds. */
const TICK_MS = 10;
/** The most calls under way, below the streams that a proxy allows: a slow machine calls later. */
const MAX_UNDER_WAY = 64;

/** A run of calls. */
export interface PacedCalls {
  readonly ended: () => number;
  /** What each call that failed has failed with. */
  readonly failures: readonly string[];
  /** Ends the run and waits for its calls. */
  stop(): Promise<void>;
}

/** Starts `rate` calls a second. @param call makes one; rejects with the reason when it is lost */
export function paceCalls(rate: number, call: () => Promise<void>): PacedCalls {
  const failures: string[] = [];
  let started = 0;
  let ended = 0;
  const start = async () => {
    started++;
    await call().catch((error: Error) => failures.push(error.message));
    ended++;
  };
  let due = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - last) * rate) / 1000, rate / 10);
    last = now;
    for (; due >= 1 && started - ended < MAX_UNDER_WAY; due--) start();
  }, TICK_MS);
  return {
    ended: () => ended,
    failures,
    async stop() {
      clearInterval(timer);
      while (ended < started) await wait(TICK_MS);
    },
  };
}

/** Calls TokenService/ExportConfig, which any server answers, over one grpc-js connection. */
export function startGrpcCalls(port: number, rate: number): PacedCalls {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.enable_retries": 0,
  });
  const empty = Buffer.alloc(0);
  const same = (bytes: Buffer) => bytes;
  const call = () =>
    new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest(
        "/securetoken.v1.TokenService/ExportConfig",
        same,
        same,
        empty,
        { deadline: Date.now() + 20_000 },
        (error: ServiceError | null) => (error === null ? resolve() : reject(error)),
      );
    });
  const calls = paceCalls(rate, call);
  return {
    ...calls,
    async stop() {
      await calls.stop();
      client.close();
    },
  };
}

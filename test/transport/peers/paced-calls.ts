/** Calls at a steady rate over one grpc-js connection, without any repetition. */
import { setTimeout as wait } from "node:timers/promises";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";

/** How often due calls are started, in milliseconds. */
const TICK_MS = 10;
/** The most calls under way, below the streams that a proxy allows: a slow machine calls later. */
const MAX_UNDER_WAY = 64;

/** A run of calls. */
export interface PacedCalls {
  readonly ended: () => number;
  /** Code and message of each call that failed. */
  readonly failures: readonly string[];
  /** Ends the run and waits for its calls. */
  stop(): Promise<void>;
}

/** Starts `rate` calls a second of TokenService/ExportConfig, which any server answers. */
export function startPacedCalls(port: number, rate: number): PacedCalls {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.enable_retries": 0,
  });
  const failures: string[] = [];
  const empty = Buffer.alloc(0);
  const same = (bytes: Buffer) => bytes;
  let started = 0;
  let ended = 0;
  const call = () => {
    started++;
    client.makeUnaryRequest(
      "/securetoken.v1.TokenService/ExportConfig",
      same,
      same,
      empty,
      { deadline: Date.now() + 20_000 },
      (error: ServiceError | null) => {
        ended++;
        if (error !== null) failures.push(`${error.code} ${error.details}`);
      },
    );
  };
  let due = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - last) * rate) / 1000, rate / 10);
    last = now;
    for (; due >= 1 && started - ended < MAX_UNDER_WAY; due--) call();
  }, TICK_MS);
  return {
    ended: () => ended,
    failures,
    async stop() {
      clearInterval(timer);
      while (ended < started) await wait(TICK_MS);
      client.close();
    },
  };
}

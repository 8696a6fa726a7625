/** A steady stream of mixed calls, which notes every call that fails. */
import { setTimeout } from "node:timers/promises";
import type { SecureTokenClient } from "../../src/client/node.js";

/** How often due calls are started, in milliseconds. */
const TICK_MS = 10;
/** The most tokens that wait to be used. */
const POOL = 200;
/** The most calls under way. On a machine that is too slow for the rate, calls start later instead. */
const MAX_UNDER_WAY = 150;

/** An option of the clients under load: a call that is slow on a busy machine is not lost. The longest that is allowed. */
export const PATIENT = { defaultTimeoutMs: 60_000 } as const;

/** A load that runs. */
export interface SteadyLoad {
  /** Calls that have ended, well or not. */
  calls(): number;
  /** The same in words, with the rate that was reached. */
  summary(): string;
  /** What went wrong, one line a call. */
  readonly failures: string[];
  /** Forgets every token made so far, and waits for the calls that use them. */
  forgetTokens(): Promise<void>;
  /** Ends the load and waits for its calls. */
  stop(): Promise<void>;
}

/** Starts `rate` calls a second, by the clients in turn: generate, validate, refresh, check. */
export function startLoad(
  clients: Readonly<Record<string, SecureTokenClient>>,
  rate: number,
): SteadyLoad {
  const names = Object.keys(clients);
  const underWay = new Set<Promise<void>>();
  const failures: string[] = [];
  let pool: string[] = [];
  let epoch = 0;
  let started = 0;
  let ended = 0;

  const keep = (token: string, made: number) => {
    if (made !== epoch) return;
    pool.push(token);
    if (pool.length > POOL) pool.shift();
  };
  const operations = {
    generate: async (client: SecureTokenClient, _: string, made: number) => {
      keep((await client.generateToken("load", { permissions: ["read"] })).token, made);
    },
    validate: async (client: SecureTokenClient, token: string) => {
      if ((await client.validateToken(token)).userId !== "load") throw new Error("another user");
    },
    refresh: async (client: SecureTokenClient, token: string, made: number) => {
      keep((await client.refreshToken(token)).token, made);
    },
    check: async (client: SecureTokenClient, token: string) => {
      await client.checkPermission(token, "read");
    },
  };
  const kinds = Object.keys(operations) as (keyof typeof operations)[];

  const startOne = () => {
    const index = started++;
    const name = names[index % names.length] as string;
    const token = pool[index % (pool.length || 1)];
    const wanted = kinds[
      Math.floor(index / names.length) % kinds.length
    ] as keyof typeof operations;
    const kind = token === undefined ? "generate" : wanted;
    const call = operations[kind](clients[name] as SecureTokenClient, token ?? "", epoch)
      .catch((error: unknown) => {
        failures.push(`${name} ${kind} (call ${index}): ${error}`);
      })
      .finally(() => {
        ended++;
        underWay.delete(call);
      });
    underWay.add(call);
  };
  const begun = performance.now();
  let last = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    due += ((now - last) * rate) / 1000;
    last = now;
    for (; due >= 1 && underWay.size < MAX_UNDER_WAY; due--) startOne();
    // What a stall has left over is not made up for all at once.
    due = Math.min(due, MAX_UNDER_WAY);
  }, TICK_MS);

  const settled = async () => {
    await Promise.all(underWay);
  };
  return {
    calls: () => ended,
    summary() {
      const rate = Math.round(ended / ((performance.now() - begun) / 1000));
      return `${ended} calls, ${rate} a second, ${failures.length} failed`;
    },
    failures,
    async forgetTokens() {
      epoch++;
      pool = [];
      await settled();
    },
    async stop() {
      clearInterval(timer);
      await settled();
      // What a connection reports late belongs to the load as well.
      await setTimeout(TICK_MS);
    },
  };
}

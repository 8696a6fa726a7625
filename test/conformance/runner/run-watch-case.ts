/** Runs one script of watched verification: the runner plays the server, the driver has the verifier. */
import { isDeepStrictEqual } from "node:util";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Step, Verify, WatchCase, WatchGroup } from "../suite/watch.js";
import type { RunningDriver } from "./driver-process.js";
import { CASE_START, ScriptedServer } from "./scripted-server.js";

/** What such a case needs. */
export interface WatchContext {
  readonly driver: RunningDriver;
  readonly tokens: WatchGroup["tokens"];
}

/** How long something that is awaited may take, in milliseconds. */
const AWAIT_MS = 20_000;
/** The keys of the scripted tokens. */
const KEY_IDS = ["key-0", "key-1"];
/** Milliseconds between looks. */
const LOOK_MS = 10;

/** What is wrong, or `undefined`. Throws when the driver itself fails. */
export async function runWatchCase(id: string, it: WatchCase, { driver, tokens }: WatchContext) {
  const server = new ScriptedServer(tokens);
  await server.start();
  const play = new Play(id, driver, server);
  try {
    const { maxStalenessMs = 10_000, maxEntries = 1_000, wallAheadMs = 0, failingHooks } = it;
    const wallMs = CASE_START + wallAheadMs;
    await play.ask("open", { maxStalenessMs, maxEntries, wallMs, failingHooks });
    for (const [index, step] of it.steps.entries()) {
      const trouble = await play.step(step);
      if (trouble !== undefined) return `step ${index + 1}: ${trouble}`;
    }
    return undefined;
  } finally {
    try {
      await play.ask("close", {});
    } finally {
      await server.close();
    }
  }
}

class Play {
  readonly #id: string;
  readonly #driver: RunningDriver;
  readonly #server: ScriptedServer;
  /** How many of the verifier's events have been looked at. */
  #heard = 0;

  constructor(id: string, driver: RunningDriver, server: ScriptedServer) {
    this.#id = id;
    this.#driver = driver;
    this.#server = server;
  }

  /** Asks the driver. */
  async ask(op: string, members: object): Promise<Record<string, unknown>> {
    const connection = { address: this.#server.address, timeoutMs: 5_000 };
    const answer = await this.#driver.ask({
      id: this.#id,
      watch: { op, ...members },
      connection,
    } as never);
    if (answer.ok !== true) throw new Error(`${op}: ${JSON.stringify(answer.error)}`);
    return answer.result as Record<string, unknown>;
  }

  /** Does one step; says what is wrong. */
  async step(step: Step): Promise<string | undefined> {
    const server = this.#server;
    const { feed } = server;
    if ("send" in step) feed.send(step.send);
    else if ("end" in step) return this.#end(step.end);
    else if ("reset" in step) feed.reset();
    else if ("refuseWatch" in step) feed.refusal = toCode(step.refuseWatch);
    else if ("refuseBatch" in step) server.batchRefusal = toCode(step.refuseBatch);
    else if ("unary" in step) server.unary = step.unary;
    else if ("revoke" in step) server.revoked.add(step.revoke);
    else if ("hold" in step) server.hold(step.hold);
    else if ("quiet" in step) feed.isQuiet = true;
    else if ("advance" in step) await this.#advance(step.advance);
    else if ("passSeconds" in step) return this.#pass(step.passSeconds);
    else if ("idleMs" in step) await new Promise((resolve) => setTimeout(resolve, step.idleMs));
    else if ("verify" in step) return this.#verify(step.verify, step.expect, step.asked);
    else if ("verifyMany" in step) return this.#verifyMany(step.verifyMany, step);
    else if ("begin" in step) await this.ask("begin", step.begin);
    else if ("awaitAsked" in step) return this.#awaitAsked(step.awaitAsked);
    else if ("awaitAskedAgain" in step) return this.#awaitAsked(server.asked.length + 1);
    else if ("collect" in step) {
      return difference(step.expect, (await this.ask("collect", {})).outcomes as string[]);
    } else if ("await" in step) return this.#await(step.await);
    else if ("awaitTold" in step) return this.#awaitTold(step.awaitTold);
    else return this.#awaitStreams(step.awaitStreams, step.cursor);
    return undefined;
  }

  /** `OK`, `DISCONNECT`, or the name of a code. */
  #end(how: string): undefined {
    const { feed } = this.#server;
    if (how === "OK") feed.end();
    else if (how === "DISCONNECT") this.#server.disconnect();
    else feed.end(new ConnectError("the script ends it", toCode(how)));
  }

  async #advance({ monotonicMs = 0, wallMs = 0 }): Promise<void> {
    this.#server.elapsedMs += monotonicMs;
    await this.ask("advance", { monotonicMs, wallMs });
  }

  /** Lets time pass with a checkpoint every two seconds, of a feed that began with the case. */
  async #pass(seconds: number): Promise<string | undefined> {
    for (let second = 2; second <= seconds; second += 2) {
      await this.#advance({ monotonicMs: 2_000, wallMs: 2_000 });
      const cursor = `second-${second}`;
      const checkpoint = { cursor, staleness: "0s", keyIds: KEY_IDS, uptime: `${second}s` };
      this.#server.feed.send({ checkpoint });
      const late = await this.#await({ stalenessMs: 0 });
      if (late !== undefined) return `after ${second} seconds: ${late}`;
    }
    return undefined;
  }

  async #verify(verify: Verify, expect: string | readonly string[], asked?: readonly string[]) {
    this.#server.asked.length = 0;
    const outcomes = (await this.ask("verify", verify)).outcomes as string[];
    const calls = [...this.#server.asked];
    if (asked !== undefined && !isDeepStrictEqual(calls, asked)) {
      return `the server was asked ${JSON.stringify(calls)} instead of ${JSON.stringify(asked)}`;
    }
    return difference(expect, outcomes);
  }

  async #verifyMany(
    tokens: readonly string[],
    step: {
      readonly expect: readonly string[];
      readonly maxCalls?: number;
      readonly onlyBy?: string;
    },
  ) {
    const { expect, maxCalls, onlyBy } = step;
    this.#server.asked.length = 0;
    const outcomes = (await this.ask("verifyMany", { tokens })).outcomes as string[];
    const calls = this.#server.asked.length;
    if (maxCalls !== undefined && calls > maxCalls) return `${calls} calls instead of ${maxCalls}`;
    const other = this.#server.asked.find((rpc) => onlyBy !== undefined && rpc !== onlyBy);
    if (other !== undefined) return `${other} was called`;
    return difference(expect, outcomes);
  }

  #awaitAsked(count: number) {
    const { asked } = this.#server;
    return until(
      async () => asked.length >= count,
      () => `${asked.length} calls came instead of ${count}`,
    );
  }

  async #await(expected: object) {
    let state: Record<string, unknown> = {};
    return until(
      async () => {
        state = await this.ask("state", {});
        return Object.entries(expected).every(([name, value]) => state[name] === value);
      },
      () => `knows ${JSON.stringify(state)} instead of ${JSON.stringify(expected)}`,
    );
  }

  async #awaitTold(expected: readonly string[]) {
    let told: string[] = [];
    const late = await until(
      async () => {
        told = ((await this.ask("told", {})).events as string[]).slice(this.#heard);
        return isDeepStrictEqual(told, expected);
      },
      () => `tells ${JSON.stringify(told)} instead of ${JSON.stringify(expected)}`,
    );
    this.#heard += expected.length;
    return late;
  }

  async #awaitStreams(count: number, cursor: string | undefined) {
    const { cursors } = this.#server.feed;
    const late = await until(
      async () => cursors.length >= count,
      () => `${cursors.length} feeds were opened instead of ${count}`,
    );
    if (late !== undefined || cursor === undefined || cursors[count - 1] === cursor) return late;
    return `asks for cursor ${JSON.stringify(cursors[count - 1])} instead of ${JSON.stringify(cursor)}`;
  }
}

async function until(isDone: () => Promise<boolean>, complaint: () => string) {
  for (let looks = 0; looks < AWAIT_MS / LOOK_MS; looks++) {
    if (await isDone()) return undefined;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return complaint();
}

function difference(expect: string | readonly string[], outcomes: readonly string[]) {
  const expected = typeof expect === "string" ? outcomes.map(() => expect) : expect;
  if (isDeepStrictEqual(expected, outcomes)) return undefined;
  return `answers ${JSON.stringify(outcomes)} instead of ${JSON.stringify(expect)}`;
}

/** `Code.PermissionDenied` for PERMISSION_DENIED. */
function toCode(name: string | null): Code | undefined {
  if (name === null) return undefined;
  const pascal = name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase());
  return Code[pascal as keyof typeof Code];
}

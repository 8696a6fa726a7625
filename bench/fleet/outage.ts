/** What servers answer while their log is away, second by second. */
import { setTimeout as pause } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import type { FleetEngine } from "../../test/support/fleet-engine.js";
import { startStallingProxy } from "../../test/support/stalling-proxy.js";
import { endFleet, issue, type Member, revoke, startFleet } from "./fleet.js";

/** How often each server is asked, in milliseconds. */
const ASK_EVERY_MS = 100;
/** How long servers are watched after the log is back, in milliseconds. */
const AFTER_MS = 5_000;

/** Something that happens to a log. */
export interface Outage {
  readonly name: string;
  readonly seconds: number;
  begin(engine: FleetEngine): Promise<void> | void;
  end(engine: FleetEngine): Promise<void> | void;
}

/** Those that docs/fleet.md tells of. */
export const OUTAGES: readonly Outage[] = [
  ...[10, 60].map((seconds) => ({
    name: `log killed for ${seconds} s`,
    seconds,
    begin: ({ process }: FleetEngine) => process.end("SIGKILL"),
    end: ({ process }: FleetEngine) => process.start(),
  })),
  {
    name: "log hangs for 45 s, connections stay open",
    seconds: 45,
    begin: ({ process }) => process.freeze(),
    end: ({ process }) => process.thaw(),
  },
  {
    name: "connections cut in the middle of reading",
    seconds: 2,
    begin: ({ proxy }) => proxy.cut(),
    end: () => {},
  },
];

/** Prints every change of what a server answers. */
export async function watchOutage(engine: FleetEngine, outage: Outage): Promise<void> {
  const fleet = await startFleet([engine.url, engine.url]);
  print(`\n${outage.name}`);
  await watchFleet(
    fleet,
    outage.seconds,
    () => outage.begin(engine),
    () => outage.end(engine),
  );
}

/** The same while server 1 alone does not reach the log. */
export async function watchPartition(engine: FleetEngine, seconds: number): Promise<void> {
  const proxy = await startStallingProxy(engine.proxy.port);
  const url = new URL(engine.url);
  url.port = String(proxy.port);
  const fleet = await startFleet([url.href, engine.url]);
  print(`\nserver 1 cut off from the log for ${seconds} s`);
  await watchFleet(
    fleet,
    seconds,
    () => proxy.stall(),
    () => proxy.resume(),
  );
  await proxy.close();
}

async function watchFleet(
  fleet: readonly Member[],
  seconds: number,
  begin: () => Promise<void> | void,
  end: () => Promise<void> | void,
): Promise<void> {
  const token = await issue(fleet[0] as Member);
  let isOver = false;
  const began = performance.now();
  const say = (text: string) =>
    print(`  ${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${text}`);
  const watches = fleet.flatMap((member) => [
    tellChanges(`${member.name} ValidateToken`, () => member.client.validateToken({ token })),
    tellChanges(`${member.name} RevokeTokens`, async () => revoke(member, await issue(member))),
  ]);
  async function tellChanges(name: string, call: () => Promise<unknown>): Promise<void> {
    let last = "OK";
    while (!isOver) {
      const outcome = await call().then(() => "OK", reasonOf);
      if (outcome !== last) say(`${name}: ${outcome}`);
      last = outcome;
      await pause(ASK_EVERY_MS);
    }
  }
  await begin();
  say("it begins");
  await pause(1000 * seconds);
  await end();
  say("it is over");
  await pause(AFTER_MS);
  isOver = true;
  await Promise.all(watches);
  await endFleet(fleet);
}

function reasonOf(cause: unknown): string {
  const error = ConnectError.from(cause);
  const reason = error.findDetails(ErrorInfoSchema)[0]?.reason.replace("CALLER_ERROR_REASON_", "");
  return `${Code[error.code]} ${reason ?? error.rawMessage}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One attack beside one honest client, and what the server made of it. */
import { execFileSync } from "node:child_process";
import type { Attack, Tally } from "./attack.js";
import type { Attacker } from "./attacker.js";
import { type Served, startHonestClient } from "./honest-client.js";

/** A server under attack. */
export interface Target {
  /** `http://host:port`, or `https://`. */
  readonly url: string;
  readonly pid: number;
  /** A token that is valid there. */
  readonly token: string;
}

/** The server's resident memory in MiB. */
export interface Memory {
  readonly before: number;
  readonly peak: number;
  readonly after: number;
}

/** All that is known of an attack. */
export interface Outcome {
  readonly name: string;
  /** Whether no connection need be closed in the time that the attack lasted. */
  readonly staysOpen: boolean;
  readonly tally: Tally;
  readonly served: Served;
  readonly memory: Memory;
}

/** How much more memory an attack may cost the server while it lasts, in MiB. */
const MAX_GROWTH = 256;
const LOOK_EVERY_MS = 250;

/** Attacks for some seconds, and until a connection is closed where one must be. */
export async function siege(
  attack: Attack,
  target: Target,
  attacker: Attacker,
  seconds: number,
): Promise<Outcome> {
  const before = residentMiB(target.pid);
  let peak = before;
  const look = setInterval(() => {
    peak = Math.max(peak, residentMiB(target.pid));
  }, LOOK_EVERY_MS);
  const staysOpen = attack.staysOpen === true || seconds <= (attack.endsAfter ?? 0);
  const client = await startHonestClient(target.url, target.token, attack.honest);
  try {
    const { port, protocol } = new URL(target.url);
    const tls = protocol === "https:";
    const order = { name: attack.name, port: Number(port), tls, seconds, mustClose: !staysOpen };
    const tally = await attacker.attack(order);
    const served = await client.stop();
    const after = residentMiB(target.pid);
    return {
      name: attack.name,
      staysOpen,
      tally,
      served,
      memory: { before, peak, after },
    };
  } finally {
    clearInterval(look);
  }
}

/** The rules that an attack has broken; none, if the server is good. */
export function brokenRules({ staysOpen, tally, served, memory }: Outcome): string[] {
  const rules = [];
  if (tally.closed === 0 && !staysOpen) rules.push("no connection of the attacker's was closed");
  if (served.errors.length > 0) rules.push(`honest calls failed: ${served.errors[0]}`);
  if (served.calls === 0) rules.push("no honest call was answered");
  if (memory.peak - memory.before > MAX_GROWTH) rules.push(`memory grew by over ${MAX_GROWTH} MiB`);
  return rules;
}

/** Throws when the process is gone. */
function residentMiB(pid: number): number {
  const kib = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Math.round(Number(kib) / 1024);
}

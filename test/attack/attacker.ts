/** Starts the attacker, and tells it what to do. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Tally } from "./attack.js";
import type { Order } from "./attacker-process.js";

/** An attacker at hand. */
export interface Attacker {
  /** Attacks until the time is over. */
  attack(order: Order): Promise<Tally>;
  close(): void;
}

/** Starts the attacker's process. */
export function startAttacker(): Attacker {
  const file = fileURLToPath(new URL("./attacker-process.ts", import.meta.url));
  const child = fork(file, { execArgv: ["--import", "tsx"] });
  return {
    async attack(order) {
      const answer = once(child, "message");
      child.send(order);
      return (await answer)[0] as Tally;
    },
    close: () => child.disconnect(),
  };
}

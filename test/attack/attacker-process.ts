/** The attacker as a process of its own, so that its work does not slow the honest client's. */

import { ATTACKS } from "./all-attacks.js";
import type { Attack, Tally } from "./attack.js";
import { type Destination, RawConnection } from "./raw-connection.js";

/** What the attacker is told to do. */
export interface Order {
  readonly name: string;
  readonly port: number;
  /** Whether the server encrypts. */
  readonly tls: boolean;
  readonly seconds: number;
}

/** Before a connection that was closed is opened anew. */
const PAUSE_MS = 100;

process.on("message", async ({ name, port, tls, seconds }: Order) => {
  const attack = ATTACKS.find((candidate) => candidate.name === name) as Attack;
  const alpn = tls && !attack.beforeTls ? (attack.protocol ?? "h2") : undefined;
  process.send?.(await run(attack, { port, alpn }, AbortSignal.timeout(seconds * 1000)));
});

async function run(attack: Attack, to: Destination, over: AbortSignal): Promise<Tally> {
  const tally = { sent: 0, opened: 0, closed: 0, firstClosedMs: undefined as number | undefined };
  const work = async () => {
    while (!over.aborted) {
      const connection = await RawConnection.open(to, over);
      const openedAt = performance.now();
      tally.opened++;
      await attack.run(connection);
      tally.sent += connection.sent;
      if (connection.closed) {
        tally.closed++;
        tally.firstClosedMs ??= performance.now() - openedAt;
      }
      connection.leave();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  await Promise.all(Array.from({ length: attack.connections }, work));
  return tally;
}

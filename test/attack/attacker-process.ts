/** The attacker as a process of its own, so that its work does not slow the honest client's. */
import { setMaxListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
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
  /** Whether the server must close a connection: a slow machine is given the time that it takes. */
  readonly mustClose: boolean;
}

/** Before a connection that was closed is opened anew. */
const PAUSE_MS = 100;
/** How much longer an attack goes on at most until a connection is closed, in milliseconds. */
const PATIENCE_MS = 60_000;

process.on("message", async (order: Order) => {
  const attack = ATTACKS.find((candidate) => candidate.name === order.name) as Attack;
  const alpn = order.tls && !attack.beforeTls ? (attack.protocol ?? "h2") : undefined;
  process.send?.(await run(attack, { port: order.port, alpn }, order));
});

async function run(attack: Attack, to: Destination, order: Order): Promise<Tally> {
  const tally = { sent: 0, opened: 0, closed: 0, firstClosedMs: undefined as number | undefined };
  const end = new AbortController();
  const over = end.signal;
  // Every connection that waits to send listens; that many is no leak.
  setMaxListeners(0, over);
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
      await wait(PAUSE_MS);
    }
  };
  const workers = Array.from({ length: attack.connections }, work);
  await wait(order.seconds * 1000);
  for (let waited = 0; order.mustClose && tally.closed === 0; waited += PAUSE_MS) {
    if (waited >= PATIENCE_MS) break;
    await wait(PAUSE_MS);
  }
  end.abort();
  await Promise.all(workers);
  return tally;
}

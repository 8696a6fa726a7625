/** Accepts what is connected already before a listener closes. */
import type { Server } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/** The most turns of the event loop that are waited for: as many connections as Node lets wait. */
const MAX_TURNS = 511;

/**
 * Waits until a turn of the event loop has accepted nothing. Node accepts one connection in a turn, and a listener that
 * closes resets those that wait, together with the requests that they have sent. Nobody is to be told yet that the
 * listener closes: clients that are come back at once, and would wait there too.
 */
export async function acceptWaiting(server: Server): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted++;
  };
  server.on("connection", count);
  // This turn may be past its accepting.
  await nextTurn();
  for (let turns = 0, before = -1; turns < MAX_TURNS && accepted > before; turns++) {
    before = accepted;
    await nextTurn();
  }
  server.off("connection", count);
}

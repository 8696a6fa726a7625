/**
 * A program that verifies one token without a pause: the server's URL and the token are its arguments. It says
 * `accepted` when it has vouched for the token without a call. After it has been stopped and goes on, it counts
 * what it accepts until it refuses, and says both.
 */

import { WatchedVerifier } from "../../src/client/middleware/index.js";
import { createSecureTokenClient } from "../../src/client/node.js";

/** A pause of the loop that only a stop can be, in milliseconds. */
const STOPPED_MS = 4_000;
const AT_ONCE = 50;

const [, , baseUrl = "", token = ""] = process.argv;
const client = createSecureTokenClient({ baseUrl });
let hits = 0;
const verifier = new WatchedVerifier(client, {
  maxStalenessMs: 5_000,
  onEvent: ({ kind }) => {
    if (kind === "hit") hits++;
  },
});
let lastTurn = performance.now();
let accepted = 0;
let wasStopped = false;
let isTold = false;
for (let refusal = ""; refusal === ""; ) {
  for (let i = 0; i < AT_ONCE && refusal === ""; i++) {
    const now = performance.now();
    wasStopped ||= now - lastTurn > STOPPED_MS;
    lastTurn = now;
    const isAfterStop = wasStopped;
    try {
      await verifier.verify(token);
      if (isAfterStop) accepted++;
    } catch (error) {
      refusal = (error as { reason?: string }).reason ?? String(error);
    }
  }
  if (!isTold && hits > AT_ONCE) {
    isTold = true;
    process.stdout.write("accepted\n");
  }
  if (refusal !== "")
    process.stdout.write(`${JSON.stringify({ wasStopped, accepted, refusal })}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
verifier.close();
client.close();

/** A server that the system has stopped for a while counts nothing against peers that went on meanwhile. */
import assert from "node:assert/strict";
import { after, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type AnsweringServer, startAnsweringServer } from "./answering-server.js";
import { headers, RawClient } from "./raw-client.js";

const DAY_MS = 86_400_000;
/** Longer than from one look of the server at its connections to the next. */
const STOPPED_MS = 400;

let server: AnsweringServer;
after(() => server.close());

it("serves a frame whose rest came while it was stopped", async () => {
  let time = 0;
  server = await startAnsweringServer({ now: () => time });
  const client = await RawClient.open(server.port);
  const request = headers(1);
  client.send(request.subarray(0, -5));
  // The half of it has been read and looked at. What holds the loop up before its timers makes them come before what
  // has arrived meanwhile.
  await pause(STOPPED_MS);
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      client.send(request.subarray(-5));
      time = DAY_MS;
      const end = performance.now() + STOPPED_MS;
      while (performance.now() < end);
      resolve();
    });
  });
  await client.waitFor(({ flags }) => (flags & 1) === 1);
  assert.deepEqual(server.cuts, []);
  assert.deepEqual(client.words(), ["HEADERS 1", "DATA 1 7 end"]);
  client.close();
});

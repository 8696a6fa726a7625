/** What a connection and a stream cost while nothing happens on them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, it } from "node:test";
import { fileURLToPath } from "node:url";
import { headers, RawClient } from "./raw-client.js";

const CONNECTIONS = 1_000;
const STREAMS_A_CONNECTION = 100;
const CONNECTIONS_WITH_STREAMS = 200;
const MOST_A_CONNECTION = 16 * 1024;
const MOST_A_STREAM = 2 * 1024;

const file = fileURLToPath(new URL("./memory-server.ts", import.meta.url));
const child = spawn(process.execPath, ["--expose-gc", "--import", "tsx", file], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: child.stdout });
after(() => {
  child.kill();
});

it("an idle connection takes at most 16 KiB, an open stream 2 KiB", async () => {
  const [first] = (await once(lines, "line")) as [string];
  const { port } = JSON.parse(first) as { port: number };
  // Once around, so that code and tables are there before the first look.
  const warm = await RawClient.open(port);
  await warm.outcome(headers(1));
  warm.close();
  const before = await look(({ connections }) => connections === 0);

  const clients: RawClient[] = [];
  while (clients.length < CONNECTIONS) clients.push(await RawClient.open(port));
  const idle = await look(({ connections }) => connections === CONNECTIONS);
  const perConnection = (idle.rss - before.rss) / CONNECTIONS;
  assert.ok(perConnection <= MOST_A_CONNECTION, `${perConnection} octets a connection`);

  const all = Array.from({ length: STREAMS_A_CONNECTION }, (_, index) => headers(2 * index + 1));
  for (const client of clients.slice(0, CONNECTIONS_WITH_STREAMS)) await client.outcome(...all);
  const total = CONNECTIONS_WITH_STREAMS * STREAMS_A_CONNECTION;
  const busy = await look(({ streams }) => streams === total);
  const perStream = (busy.rss - idle.rss) / total;
  assert.ok(perStream <= MOST_A_STREAM, `${perStream} octets a stream`);
  for (const client of clients) client.close();
});

interface Look {
  readonly rss: number;
  readonly connections: number;
  readonly streams: number;
}

/** Asks until the server has seen what the clients have done. */
async function look(isThere: (look: Look) => boolean): Promise<Look> {
  for (;;) {
    child.stdin.write("look\n");
    const [line] = (await once(lines, "line")) as [string];
    const answer = JSON.parse(line) as Look;
    if (isThere(answer)) return answer;
  }
}

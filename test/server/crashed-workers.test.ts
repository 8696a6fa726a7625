/** All workers crash at once: those that come after them listen where those did. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { startServer } from "../support/server-process.js";
import { eventually, logLines, workerPids } from "../support/worker-lines.js";

it("keeps the port that the system has chosen when no worker is left, through later restarts too", async (t) => {
  const server = await startServer({ WORKERS: "2", PORT: "0" });
  t.after(() => server.end("SIGKILL"));
  for (const pid of workerPids(server)) process.kill(pid, "SIGKILL");
  await eventually(() => workerPids(server).length === 4);
  assert.equal(await statusOf(server.url), 404);
  server.process.kill("SIGUSR2");
  await eventually(() => logLines(server, "rolling restart done").length === 1);
  assert.equal(await statusOf(server.url), 404);
  assert.equal(await server.end(), 0);
});

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(`${url}/nothing`, { headers: { connection: "close" } });
  await answer.text();
  return answer.status;
}

/** The end of a server with workers: what was connected by then is answered. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { it } from "node:test";
import { startServer } from "../support/server-process.js";
import { eventually, logLines, workerPids } from "../support/worker-lines.js";

const CONNECTIONS = 12;
const REQUEST = "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

it("answers what was sent over connections that no worker had taken", async (t) => {
  const server = await startServer({ WORKERS: "2" });
  t.after(() => server.end("SIGKILL"));
  // The system goes on to connect clients to a process that is stopped.
  server.process.kill("SIGSTOP");
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(server.port)));
  const answers = sockets.map(async (socket) => {
    socket.write(REQUEST);
    const [answer] = await once(socket, "data");
    return String(answer).split("\r\n")[0];
  });
  const ended = server.end("SIGTERM");
  server.process.kill("SIGCONT");
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(["HTTP/1.1 404 Not Found"]));
  assert.equal(await ended, 0);
});

it("refuses connections while a worker that has stopped is waited for", async (t) => {
  const server = await startServer({ WORKERS: "2" });
  t.after(() => server.end("SIGKILL"));
  const [stopped] = workerPids(server) as [number];
  process.kill(stopped, "SIGSTOP");
  const ended = server.end("SIGTERM");
  await eventually(async () => (await dial(server.port)) === "ECONNREFUSED");
  assert.deepEqual(logLines(server, "worker does not leave: ended"), []);
  process.kill(stopped, "SIGCONT");
  assert.equal(await ended, 0);
});

it("kills a worker that starts when the end comes, and ends", async (t) => {
  const server = await startServer({ WORKERS: "2" });
  t.after(() => server.end("SIGKILL"));
  server.process.kill("SIGUSR2");
  await eventually(() => logLines(server, "rolling restart").length === 1);
  assert.equal(await server.end("SIGTERM"), 0);
  assert.equal(await dial(server.port), "ECONNREFUSED");
});

/** How an attempt to connect ends. */
async function dial(port: number): Promise<string | undefined> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
  }
}

async function open(port: number) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

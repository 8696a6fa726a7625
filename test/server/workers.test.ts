/** WORKERS: several processes behave as one server. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { credentials } from "@grpc/grpc-js";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import { createSecureTokenClient, type SecureTokenClient } from "../../src/client/node.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, type ServerProcess, startServer } from "../support/server-process.js";
import { PATIENT, startLoad } from "../support/steady-load.js";
import { eventually, logLines, workerPids } from "../support/worker-lines.js";

const METHOD = "/securetoken.v1.TokenService";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe("two workers", () => {
  it("share a port, the connections and a key that was made up", async () => {
    const server = await start();
    const sessions = await openSessions(server, 6);
    const tokens = await Promise.all(
      sessions.map(async (session) => {
        const { token } = JSON.parse(await post(session, "GenerateToken", '{"userId":"u"}'));
        return token as string;
      }),
    );
    for (const session of sessions) {
      for (const token of tokens) {
        assert.match(await post(session, "ValidateToken", JSON.stringify({ token })), /"u"/);
      }
    }
    await eventually(() => logLines(server, "call").length === 6 + 36);
    const issuing = logLines(server, "call").filter(({ rpc }) => rpc === "GenerateToken");
    const shares = [1, 2].map((n) => issuing.filter(({ worker }) => worker === n).length);
    assert.deepEqual(shares, [3, 3]);
    assert.equal(logLines(server, "listening").length, 1);
  });

  it("end with 78 and one message when a file cannot be used", async () => {
    const env = { WORKERS: "3", CALLERS_FILE: "/no/such/file", PORT: "0" };
    const { code, output } = await runCommand(["serve"], env);
    assert.equal(code, 78);
    assert.equal(output.match(/CALLERS_FILE/g)?.length, 1);
  });

  it("lose one to kill -9, which is replaced, and no call with it", async () => {
    const server = await start();
    const [victim] = workerPids(server) as [number];
    // Two connections lead to two workers: what one does not answer is sent to the other.
    const client = open(createSecureTokenClient({ baseUrl: [server.url, server.url], ...PATIENT }));
    const load = startLoad({ client }, 100);
    closing.push(() => load.stop());
    await eventually(() => load.calls() > 50);
    process.kill(victim, "SIGKILL");
    await eventually(() => workerPids(server).length === 3);
    const [ended] = logLines(server, "worker ended: replaced");
    assert.deepEqual([ended?.pid, ended?.code, ended?.signal], [victim, null, "SIGKILL"]);
    const calls = load.calls();
    await eventually(() => load.calls() > calls + 100);
    await load.stop();
    assert.deepEqual(load.failures, []);
    assert.equal(await server.end(), 0);
  });

  it("read their files again on SIGHUP, each of them", async () => {
    const path = join(scratchFolder(), "callers.json");
    const writeCaller = async (name: string) => {
      const flags = ["callers", "add", name, "--role", "verifier", "--file", `${path}.${name}`];
      const { code, output, stdout } = await runCommand(flags);
      assert.equal(code, 0, output);
      renameSync(`${path}.${name}`, path);
      return stdout.trim();
    };
    const first = await writeCaller("first");
    const server = await start({ CALLERS_FILE: path });
    const inForce = () => logLines(server, "in force").map(({ worker }) => worker);
    const count = (n: number) => inForce().filter((worker) => worker === n).length;
    const before = [count(1), count(2)];
    server.process.kill("SIGHUP");
    // Nothing has changed: no watch of the file has a part in this.
    await eventually(() => count(1) > before[0]! && count(2) > before[1]!);

    const second = await writeCaller("second");
    server.process.kill("SIGHUP");
    const admits = async (session: ClientHttp2Session, key: string) =>
      /"unauthenticated"/.test(await post(session, "ExportConfig", "{}", key)) === false;
    for (const session of await openSessions(server, 2)) {
      while (!(await admits(session, second))) await setTimeout(20);
      assert.equal(await admits(session, first), false);
    }
    assert.equal(await server.end(), 0);
  });

  it("finish their calls on SIGINT, though a terminal sends it to every process at once", async () => {
    const server = await start();
    const calls = (await openSessions(server, 4)).map(startCall);
    for (const { session } of calls) await pinged(session);
    const left = calls.map(({ session }) => once(session, "goaway"));
    const exit = server.end("SIGINT");
    for (const pid of workerPids(server)) process.kill(pid, "SIGINT");
    await Promise.all(left);
    for (const { finish } of calls) assert.match(await finish(), /"userId":"in flight"/);
    assert.equal(await exit, 0);
    const forced = logLines(server, "ended").map((line) => line.forced);
    assert.deepEqual(forced, [0, 0]);
  });

  it("end with the primary, however that ends", async () => {
    const server = await start();
    const [session] = await openSessions(server, 1);
    const gone = once(session as ClientHttp2Session, "close");
    // The pipe to the workers closes with the last of them.
    const closed = once(server.process, "close");
    assert.equal(await server.end("SIGKILL"), null);
    await Promise.all([gone, closed]);
  });
});

describe("a rolling restart", () => {
  it("replaces every worker and fails no call", async (t) => {
    const server = await start();
    const baseUrl = server.url;
    const address = new URL(baseUrl).host;
    const insecure = credentials.createInsecure();
    const load = startLoad(
      {
        gRPC: open(createSecureTokenClient({ baseUrl, ...PATIENT })),
        Connect: open(createSecureTokenClient({ baseUrl, protocol: "connect", ...PATIENT })),
        "grpc-js": open(createGrpcJsClient({ address, credentials: insecure, ...PATIENT })),
      },
      150,
    );
    closing.push(() => load.stop());
    await eventually(() => load.calls() > 50);
    for (const rounds of [1, 2]) {
      server.process.kill("SIGUSR2");
      await eventually(() => logLines(server, "rolling restart done").length === rounds);
    }
    const calls = load.calls();
    await eventually(() => load.calls() > calls + 100);
    await load.stop();
    t.diagnostic(load.summary());
    assert.deepEqual(load.failures, []);
    assert.equal(new Set(workerPids(server)).size, 6);
    const forced = logLines(server, "ended").map((line) => line.forced);
    assert.deepEqual(forced, [0, 0, 0, 0]);
    assert.equal(await server.end(), 0);
  });

  it("is given up when the file of a new worker is bad, and the old ones stay", async () => {
    const path = join(scratchFolder(), "callers.json");
    const flags = ["callers", "add", "one", "--role", "verifier", "--file", path];
    assert.equal((await runCommand(flags)).code, 0);
    const server = await start({ CALLERS_FILE: path });
    writeFileSync(path, "{}");
    server.process.kill("SIGUSR2");
    await eventually(() => /rolling restart given up/.test(server.output()));
    const [session] = await openSessions(server, 1);
    assert.match(await post(session as ClientHttp2Session, "ExportConfig", "{}"), /unauthent/);
    assert.equal(await server.end(), 0);
  });

  it("ends with the server on SIGTERM", async () => {
    const server = await start();
    const closed = once(server.process, "close");
    server.process.kill("SIGUSR2");
    await eventually(() => logLines(server, "rolling restart").length === 1);
    assert.equal(await server.end(), 0);
    await closed;
    assert.equal(logLines(server, "rolling restart done").length, 0);
  });
});

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startServer({ WORKERS: "2", ...env });
  closing.push(() => server.end());
  return server;
}

function open(client: SecureTokenClient): SecureTokenClient {
  closing.push(() => client.close());
  return client;
}

/** One connection after the other, so that it is known whose turn it is. */
async function openSessions({ url }: ServerProcess, n: number): Promise<ClientHttp2Session[]> {
  const sessions: ClientHttp2Session[] = [];
  for (let i = 0; i < n; i++) {
    const session = connect(url);
    session.on("error", () => {});
    closing.push(() => session.destroy());
    await once(session, "remoteSettings");
    sessions.push(session);
  }
  return sessions;
}

function request(session: ClientHttp2Session, rpc: string, key?: string) {
  return session.request({
    ":method": "POST",
    ":path": `${METHOD}/${rpc}`,
    "content-type": "application/json",
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  });
}

async function post(session: ClientHttp2Session, rpc: string, body: string, key?: string) {
  const call = request(session, rpc, key);
  call.end(body);
  return textOf(call);
}

/** A call that has sent half its request. */
function startCall(session: ClientHttp2Session) {
  const call = request(session, "GenerateToken");
  call.write('{"userId":');
  const finish = () => {
    call.end('"in flight"}');
    return textOf(call);
  };
  return { session, finish };
}

/** Whatever was sent before has reached the server. */
function pinged(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve) => session.ping(() => resolve()));
}

async function textOf(call: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of call) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

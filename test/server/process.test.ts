/** The server as a process: configuration, signals, exit codes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:http2";
import {
  type AddressInfo,
  connect as connectSocket,
  createServer as createTcpServer,
  type Socket,
} from "node:net";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { MAIN, runCommand, startServer as startProcess } from "../support/server-process.js";

const KEY = { SECRET_KEY: "Process#Secret2026", SALT: "a salt of sixteen bytes" };
/** A request whose answer tells that what was sent with it has been read too. */
const WHOLE = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
const METHOD = "/securetoken.v1.TokenService";

for (const workers of ["1", "2"]) {
  describe(`the server's process, WORKERS=${workers}`, () => processSuite(workers));
}

function processSuite(WORKERS: string): void {
  const startServer = (env: Record<string, string> = {}) => startProcess({ WORKERS, ...env });

  it("ends with 78 and every fault when its settings are wrong, and shows no value", async () => {
    const env = { WORKERS, SECRET_KEY: "hunter2hunter2", PORT: "x", LOG_LEVEL: "loud" };
    const { code, output } = await runCommand(["serve"], env);
    assert.equal(code, 78);
    for (const name of ["SECRET_KEY", "PORT", "LOG_LEVEL"]) assert.match(output, new RegExp(name));
    assert.doesNotMatch(output, /hunter2/);
  });

  it("ends with 78 when its port is taken", async () => {
    const first = await startServer();
    const { code, output } = await runCommand(["serve"], { WORKERS, PORT: String(first.port) });
    await first.end();
    assert.equal(code, 78);
    assert.equal(output.match(/cannot listen on HOST 127\.0\.0\.1, PORT \d+/g)?.length, 1);
  });

  it("warns of an ephemeral key, and not of a configured one", async () => {
    const ephemeral = await startServer();
    const configured = await startServer(KEY);
    await Promise.all([ephemeral.end(), configured.end()]);
    assert.equal(ephemeral.output().match(/the key is ephemeral/g)?.length, 1);
    assert.doesNotMatch(configured.output(), /ephemeral/);
    assert.doesNotMatch(configured.output(), /Process#Secret2026/);
  });

  it("opens no debugger on SIGUSR1, and outlives SIGUSR2", async () => {
    const server = await startServer();
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
      for (let i = 0; i < 3; i++) server.process.kill(signal);
    }
    const told = WORKERS === "1" ? /SIGUSR2 is ignored/ : /"rolling restart"/;
    while (!told.test(server.output())) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(await post(server.url, "IntrospectToken", '{"token":"x"}'), /INVALID/);
    assert.doesNotMatch(server.output(), /Debugger|ws:\/\//);
    assert.equal(await server.end(), 0);
  });

  it("closes the debugger that a signal before its first line has opened", async () => {
    // As Node does on SIGUSR1, before any module can take the signal.
    const open = 'import{open}from"node:inspector";open(0,"127.0.0.1")';
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(open)}`;
    const server = await startServer({ NODE_OPTIONS });
    const ports = [...server.output().matchAll(/ws:\/\/127\.0\.0\.1:(\d+)/g)];
    const ask = ([, port]: RegExpMatchArray) =>
      fetch(`http://127.0.0.1:${port}/json/version`).then(
        (response) => response.text(),
        () => "nobody listens",
      );
    const answers = await Promise.all(ports.map(ask));
    assert.equal(await server.end(), 0);
    assert.ok(answers.length >= 1, server.output());
    for (const answer of answers) assert.doesNotMatch(answer, /Protocol-Version/);
  });

  it("outlives SIGHUP, though it has no file to read again", async () => {
    const server = await startServer();
    server.process.kill("SIGHUP");
    while (!/SIGHUP is ignored/.test(server.output())) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.match(await post(server.url, "IntrospectToken", '{"token":"x"}'), /INVALID/);
    assert.equal(await server.end(), 0);
  });

  it("outlives SIGHUP and SIGUSR2 while it starts, and ends by SIGTERM", async () => {
    // A log that is connected to and never answers holds the start up.
    const log = createTcpServer().listen(0, "127.0.0.1");
    await once(log, "listening");
    const { port } = log.address() as AddressInfo;
    const child = spawn(process.execPath, [MAIN, "serve"], {
      env: {
        PATH: process.env.PATH,
        PORT: "0",
        WORKERS,
        REVOCATION_LOG: `redis://127.0.0.1:${port}`,
      },
      stdio: "ignore",
    });
    const [connection] = (await once(log, "connection")) as [Socket];
    connection.on("error", () => {});
    const ended = once(child, "exit");
    // The kernel delivers them in this order, which is that of their numbers.
    for (const signal of ["SIGHUP", "SIGUSR2", "SIGTERM"] as const) child.kill(signal);
    assert.deepEqual(await ended, [null, "SIGTERM"]);
    connection.destroy();
    log.close();
  });

  it("carries a member named __proto__, for it removes the accessor that would eat it", async () => {
    const server = await startServer();
    const data = '{"__proto__":{"admin":true},"a":1}';
    const issued = await post(
      server.url,
      "GenerateToken",
      `{"userId":"u","additionalData":${data}}`,
    );
    const { token } = JSON.parse(issued);
    const answer = await post(server.url, "ValidateToken", JSON.stringify({ token }));
    await server.end();
    assert.ok(answer.includes('"__proto__":{"admin":true}'));
  });

  it("on SIGTERM tells watchers and clients, finishes calls in flight, and ends with 0", async () => {
    const server = await startServer();
    const session = connect(server.url);
    let goaway = false;
    session.on("goaway", () => {
      goaway = true;
    });
    const watch = session.request(grpc("/grpc.health.v1.Health/Watch"));
    watch.end(frame(Buffer.alloc(0)));
    const states: number[] = [];
    watch.on("data", (chunk: Buffer) => {
      // A HealthCheckResponse is a 5-byte prefix, the tag 0x08, and the status.
      for (let i = 0; i + 7 <= chunk.length; i += 7) states.push(chunk[i + 6] as number);
    });
    await once(watch, "data");

    const call = session.request({
      ":method": "POST",
      ":path": `${METHOD}/GenerateToken`,
      "content-type": "application/json",
    });
    call.write('{"userId":');
    // Its answer says that the server has seen all that was sent before.
    await new Promise<void>((resolve) => session.ping(() => resolve()));
    const ended = server.end();
    await once(session, "goaway");
    call.end('"in flight"}');
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk);
    assert.match(Buffer.concat(chunks).toString(), /"userId":"in flight"/);
    assert.equal(await ended, 0);
    assert.ok(goaway);
    assert.deepEqual(states, [1, 2]); // SERVING, NOT_SERVING
    session.destroy();
  });

  it("takes a signal that comes at once for the first one's copy, as npm passes it on", async () => {
    const server = await startServer();
    const socket = connectSocket(server.port, "127.0.0.1");
    const path = "/securetoken.v1.TokenService/GenerateToken";
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    const body = '{"userId":"in flight"}';
    socket.write(`${WHOLE}${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
    await once(socket, "data");
    const { stderr } = server.process;
    const ended = server.end("SIGINT");
    server.process.kill("SIGTERM");
    await once(stderr as NodeJS.ReadableStream, "data");
    socket.write(body.slice(5));
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1.1 200/);
    assert.equal(await ended, 0);
    socket.destroy();
  });

  it("ends at once on a second signal", async () => {
    const server = await startServer();
    // Half a request holds the first signal's grace open.
    const socket = connectSocket(server.port, "127.0.0.1");
    const head = `POST ${METHOD}/GenerateToken HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    socket.write(`${WHOLE}${head}Connect-Timeout-Ms: 60000\r\nContent-Length: 10\r\n\r\nhalf`);
    socket.on("error", () => {});
    await once(socket, "data");
    server.process.kill("SIGTERM");
    await once(server.process.stderr as NodeJS.ReadableStream, "data");
    // Sooner it would be a copy of the first.
    await pause(600);
    await server.end("SIGTERM");
    // By the signal itself: a shell makes 143 of it.
    assert.equal(server.process.signalCode, "SIGTERM");
    socket.destroy();
  });
}

async function post(url: string, rpc: string, body: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}${METHOD}/${rpc}`, { method: "POST", headers, body });
  assert.equal(response.status, 200);
  return response.text();
}

function grpc(path: string) {
  return {
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  };
}

function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

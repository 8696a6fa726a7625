/** METRICS_PORT, as operators meet it: real processes, real calls. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { afterEach, describe, it } from "node:test";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { createSecureTokenClient, InvalidTokenError } from "../../../src/client/node.js";
import { runCommand, type ServerProcess, startServer } from "../../support/server-process.js";
import { eventually, logLines } from "../../support/worker-lines.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(env: Record<string, string>) {
  const server = await startServer({ METRICS_PORT: "0", ...env });
  closing.push(() => server.end());
  await eventually(() => logLines(server, "metrics").length === 1);
  const [line] = logLines(server, "metrics");
  const origin = `http://127.0.0.1:${line?.port}`;
  const scrape = async () => (await fetch(`${origin}/metrics`)).text();
  return { server, origin, scrape };
}

/** Issues, validates twice, and meets a refusal, over a connection of its own. */
async function callFrom({ url }: ServerProcess): Promise<void> {
  const client = createSecureTokenClient({ baseUrl: url });
  const { token } = await client.generateToken("ada");
  await client.validateToken(token);
  await client.validateToken(token);
  await assert.rejects(client.validateToken("nothing"), InvalidTokenError);
  client.close();
}

function sampleOf(text: string, start: string): number {
  const line = text.split("\n").find((each) => each.startsWith(start));
  return Number(line?.split(" ").pop());
}

const CUT = 'connections_cut_total{reason="PING of a stream"}';
const WATCH =
  'grpc_type="server_stream",grpc_service="securetoken.v1.TokenService",grpc_method="WatchRevocations"';
const VALIDATE =
  'grpc_type="unary",grpc_service="securetoken.v1.TokenService",grpc_method="ValidateToken"';

for (const workers of ["1", "2"]) {
  describe(`metrics with WORKERS=${workers}`, () => {
    it("tell every call, over all processes", async () => {
      const { server, scrape, origin } = await start({ WORKERS: workers });
      // Connections go to the workers in turn.
      for (let connection = 0; connection < 4; connection++) await callFrom(server);
      const text = await scrape();
      assert.equal(sampleOf(text, `grpc_server_started_total{${VALIDATE}}`), 12);
      assert.equal(sampleOf(text, `grpc_server_handled_total{${VALIDATE},grpc_code="OK"}`), 8);
      assert.equal(sampleOf(text, `grpc_server_handling_seconds_count{${VALIDATE}}`), 12);
      assert.equal(sampleOf(text, "secure_token_issued_total"), 4);
      const refused = 'secure_token_refused_total{kind="INVALID_TOKEN",reason="TOKEN_MALFORMED"}';
      assert.equal(sampleOf(text, refused), 4);
      assert.match(text, /^secure_token_key_info\{key_id="[0-9a-f]{16}",state="PRIMARY"\} 1$/m);
      const ready = await fetch(`${origin}/readyz`);
      assert.equal(ready.status, 200);
      assert.equal(((await ready.json()) as { ready: boolean }).ready, true);
    });
  });
}

describe("metrics of connections", () => {
  it("tell what is open, who watches, and what was cut off", async () => {
    const { server, scrape } = await start({});
    const gauge = async (name: string) => sampleOf(await scrape(), `secure_token_${name} `);
    const transport = createGrpcTransport({ baseUrl: server.url });
    const leave = new AbortController();
    const feed = createClient(TokenService, transport).watchRevocations(
      {},
      { signal: leave.signal },
    );
    await feed[Symbol.asyncIterator]().next();
    assert.equal(await gauge("watchers"), 1);
    assert.equal(await gauge("streams"), 1);
    assert.equal(await gauge("connections"), 1);
    leave.abort();
    await eventually(async () => (await gauge("watchers")) === 0);
    await eventually(async () => (await gauge("streams")) === 0);

    // From 0, since Prometheus takes no increase of a count that begins with 1.
    assert.equal(await gauge(CUT), 0);
    const { hostname, port } = new URL(server.url);
    const rude = connect(Number(port), hostname);
    // A PING of stream 1, which RFC 9113, section 6.7, ends a connection for.
    rude.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    rude.end(Buffer.from(`000000040000000000000008060000000001${"00".repeat(8)}`, "hex"));
    await new Promise((resolve) => rude.resume().once("close", resolve));
    await eventually(async () => (await gauge(CUT)) === 1);
  });

  it("count a watcher that had no time as one that came and went", async () => {
    const { server, scrape } = await start({});
    const path = "/securetoken.v1.TokenService/WatchRevocations";
    for (const timeout of ["0n", "0m"]) {
      const { hostname, port } = new URL(server.url);
      const session = connectHttp2(`http://${hostname}:${port}`);
      const call = session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
        "grpc-timeout": timeout,
      });
      await new Promise((resolve) => call.resume().once("close", resolve).end(Buffer.alloc(5)));
      session.destroy();
      const init = { method: "POST", body: Buffer.alloc(5) };
      const headers = { "content-type": "application/grpc-web+proto", "grpc-timeout": timeout };
      await (await fetch(`${server.url}${path}`, { ...init, headers })).arrayBuffer();
    }
    const late = `grpc_server_handled_total{${WATCH},grpc_code="DeadlineExceeded"}`;
    await eventually(async () => sampleOf(await scrape(), late) === 4);
    const text = await scrape();
    assert.equal(sampleOf(text, `grpc_server_started_total{${WATCH}}`), 4);
    assert.equal(sampleOf(text, "secure_token_watchers "), 0);
  });
});

describe("metrics over a rolling restart", () => {
  it("never fall, and tell the start of the server", async () => {
    const { server, scrape } = await start({ WORKERS: "2" });
    const started = sampleOf(await scrape(), "process_start_time_seconds ");
    for (let i = 0; i < 4; i++) await callFrom(server);
    const calls = `grpc_server_handled_total{${VALIDATE},grpc_code="OK"}`;
    await eventually(async () => sampleOf(await scrape(), calls) === 8);
    server.process.kill("SIGUSR2");
    await eventually(async () => {
      const text = await scrape();
      assert.equal(sampleOf(text, calls), 8);
      assert.equal(sampleOf(text, "process_start_time_seconds "), started);
      return logLines(server, "rolling restart done").length === 1;
    });
    assert.equal(sampleOf(await scrape(), calls), 8);
    assert.equal(sampleOf(await scrape(), "secure_token_worker_crashes_total "), 0);
    const [line] = logLines(server, "worker listens").slice(-1);
    process.kill(Number(line?.pid), "SIGKILL");
    const crashes = "secure_token_worker_crashes_total ";
    await eventually(async () => sampleOf(await scrape(), crashes) === 1);
    assert.equal(sampleOf(await scrape(), calls), 8);
  });
});

describe("deploy/prometheus/alerts.yml", () => {
  for (const WORKERS of ["1", "2"]) {
    it(`asks for what is told with WORKERS=${WORKERS}`, async () => {
      const { server, scrape } = await start({ WORKERS });
      await callFrom(server);
      const told = new Set([...(await scrape()).matchAll(/^# TYPE (\w+) /gm)].map(([, n]) => n));
      const rules = readFileSync(
        new URL("../../../deploy/prometheus/alerts.yml", import.meta.url),
        "utf8",
      );
      // Prometheus makes `up` itself.
      const asked = [...rules.matchAll(/\b(?:secure_token|grpc_server|process|nodejs)_\w+/g)];
      const names = new Set(asked.map(([name]) => name.replace(/_bucket$/, "")));
      assert.deepEqual(
        [...names].filter((name) => !told.has(name)),
        [],
      );
    });
  }
});

describe("docs/metrics.md", () => {
  it("names every metric of ours, and no other", async () => {
    const { server, scrape } = await start({});
    await callFrom(server);
    const text = await scrape();
    const names = [...text.matchAll(/^# TYPE ((?:grpc|secure_token)_\w+) /gm)].map(([, n]) => n);
    const docs = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
    const named = [...docs.matchAll(/^\| `((?:grpc|secure_token)_\w+)`/gm)].map(([, n]) => n);
    assert.deepEqual([...new Set(named)].sort(), [...new Set(names)].sort());
  });
});

describe("a metrics port that cannot be had", () => {
  it("ends the server with 78, and names the setting", async () => {
    const { server } = await start({});
    const [line] = logLines(server, "metrics");
    const env = { METRICS_PORT: String(line?.port), PORT: "0", PBKDF2_ITERATIONS: "100000" };
    const { code, output } = await runCommand(["serve"], env);
    assert.equal(code, 78);
    assert.match(output, /METRICS_PORT/);
  });
});

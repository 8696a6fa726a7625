/** The port for scrapers and probes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect as connectTcp } from "node:net";
import { after, before, describe, it } from "node:test";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { CallMetrics } from "../../../src/server/metrics/call-metrics.js";
import {
  type MetricsServer,
  startMetricsServer,
} from "../../../src/server/metrics/metrics-server.js";
import { ProcessMetrics } from "../../../src/server/metrics/process-metrics.js";

function hasPromtool(): boolean {
  try {
    execFileSync("promtool", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("metrics server", () => {
  let server: MetricsServer;
  let ready = true;
  let origin: string;
  let now = 0;
  let asked = 0;
  before(async () => {
    const metrics = new ProcessMetrics();
    const calls = new CallMetrics(TokenService.methods);
    metrics.add(() => calls.collect());
    const reports = async () => {
      asked++;
      return [
        { metrics: await metrics.snapshot(), readiness: { ready, parts: { callers: ready } } },
      ];
    };
    server = await startMetricsServer(reports, 0, "127.0.0.1", () => now);
    origin = `http://127.0.0.1:${server.address.port}`;
  });
  after(() => server.close());

  it("tells the metrics of calls and of Node", async () => {
    const response = await fetch(`${origin}/metrics`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    assert.match(text, /^grpc_server_handled_total\{/m);
    assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
    assert.match(text, /^process_resident_memory_bytes \d+/m);
  });

  it("tells them as OpenMetrics to those who ask for it", async () => {
    const response = await fetch(`${origin}/metrics`, {
      headers: { accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5" },
    });
    assert.match(response.headers.get("content-type") ?? "", /^application\/openmetrics-text/);
    assert.ok((await response.text()).endsWith("# EOF\n"));
  });

  it("asks the processes once for all who ask within a quarter of a second", async () => {
    const before = asked;
    now += 250;
    const paths = ["/metrics", "/readyz", "/readyz", "/metrics"];
    const answers = await Promise.all(paths.map((path) => fetch(`${origin}${path}`)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    assert.equal(asked, before + 1);
    now += 249;
    await fetch(`${origin}/metrics`);
    assert.equal(asked, before + 1);
    now++;
    await fetch(`${origin}/readyz`);
    assert.equal(asked, before + 2);
  });

  it("writes what promtool takes", {
    skip: hasPromtool() ? false : "promtool is not installed (Debian: prometheus)",
  }, async () => {
    const text = await (await fetch(`${origin}/metrics`)).text();
    execFileSync("promtool", ["check", "metrics"], { input: text });
  });

  it("is live, and ready while the server takes calls", async () => {
    assert.equal((await fetch(`${origin}/livez`)).status, 200);
    assert.equal((await fetch(`${origin}/readyz`)).status, 200);
    now += 250;
    ready = false;
    const refused = await fetch(`${origin}/readyz`);
    now += 250;
    ready = true;
    assert.equal(refused.status, 503);
    assert.deepEqual(await refused.json(), { ready: false, parts: { callers: false } });
  });

  it("answers HEAD without a body, refuses other methods, knows no other path", async () => {
    const head = await fetch(`${origin}/metrics`, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), "");
    const post = await fetch(`${origin}/metrics`, { method: "POST", body: "x" });
    assert.equal(post.status, 405);
    assert.equal(post.headers.get("allow"), "GET, HEAD");
    assert.equal((await fetch(`${origin}/`)).status, 404);
  });

  it("answers a probe while others hold more connections than it takes", async () => {
    const sockets = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connectTcp(server.address.port, "127.0.0.1");
        socket.on("error", () => {});
        await once(socket, "connect");
        return socket;
      }),
    );
    assert.equal(await statusOfProbe(server.address.port), 200);
    for (const socket of sockets) socket.destroy();
  });

  it("cuts a connection whose requests do not wait for their answers", async () => {
    const socket = connectTcp(server.address.port, "127.0.0.1");
    socket.on("error", () => {});
    let answers = "";
    socket.setEncoding("utf8").on("data", (text) => {
      answers += text;
    });
    socket.write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10));
    await once(socket, "close");
    assert.ok(answers.split("HTTP/1.1 200").length - 1 <= 1);
    assert.equal(await statusOfProbe(server.address.port), 200);
  });
});

/** The status of `/livez`, on a connection of its own. */
async function statusOfProbe(port: number): Promise<number | undefined> {
  const request = get({ host: "127.0.0.1", port, path: "/livez", agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

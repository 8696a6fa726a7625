/** A trace goes from a caller's span over its client and the server to the log and a collector. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Interceptor } from "@connectrpc/connect";
import type { Span } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { pino } from "pino";
import { createSecureTokenClient } from "../../src/client/node.js";
import { type Env, loadConfig } from "../../src/server/config/index.js";
import { openTracer } from "../../src/server/traces/open-tracer.js";
import { type CollectedSpan, type Collector, startCollector } from "../support/collector.js";
import { startTestServer } from "../support/server.js";
import { runCommand, startServer } from "../support/server-process.js";
import { eventually, logLines } from "../support/worker-lines.js";

const SERVER = 2;
const ERROR = 2;
const METHOD = "securetoken.v1.TokenService/";
const UNSAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/** Passes the caller's span on, as docs/operate/logs-and-traces.md has it. */
function passOn(span: Span): Interceptor {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return (next) => (request) => {
    request.header.set("traceparent", `00-${traceId}-${spanId}-0${traceFlags}`);
    request.header.set("tracestate", "vendor=1");
    return next(request);
  };
}

/** What a server with a collector tells of some calls: the spans, and the lines of the log. */
async function tellOf(
  ratio: number,
  calls: (url: string, server: Server) => Promise<unknown>,
  isParentBased = true,
) {
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
  const collector = await startCollector();
  const url = `${collector.endpoint}/v1/traces`;
  const tracer = await openTracer({ url, ratio, isParentBased, serviceName: "tokens" }, logger);
  const server = await startTestServer({ logger, tracer });
  await calls(server.url, server);
  await server.close();
  await tracer.close();
  collector.close();
  return { spans: collector.spans, lines: lines.map((line) => JSON.parse(line)) };
}
type Server = Awaited<ReturnType<typeof startTestServer>>;

describe("a span of a call", () => {
  for (const protocol of ["grpc", "grpc-web", "connect"] as const) {
    it(`joins the caller's span, the client, the server and the log: ${protocol}`, async () => {
      const caller = new TracerProvider().getTracer("caller").startSpan("asks");
      const { spans, lines } = await tellOf(0, async (baseUrl) => {
        const interceptors = [passOn(caller)];
        const client = createSecureTokenClient({ baseUrl, protocol, interceptors });
        await client.generateToken("ada");
        await client.validateToken("junk").catch(() => {});
        client.close();
      });
      const { traceId, spanId } = caller.spanContext();
      assert.deepEqual(
        spans.map((span) => [span.traceId, span.parentSpanId, span.name, span.kind]),
        ["GenerateToken", "ValidateToken"].map((rpc) => [traceId, spanId, METHOD + rpc, SERVER]),
      );
      const told = lines.filter(({ msg }) => msg === "call");
      assert.deepEqual(
        told.map(({ trace_id, span_id }) => [trace_id, span_id]),
        spans.map((span) => [span.traceId, span.spanId]),
      );
      const [good, bad] = spans as [CollectedSpan, CollectedSpan];
      const isConnect = protocol === "connect";
      assert.equal(good.attributes["rpc.system.name"], isConnect ? "connectrpc" : "grpc");
      assert.equal(good.attributes["rpc.method"], good.name);
      assert.equal(good.attributes["rpc.response.status_code"], isConnect ? undefined : "OK");
      assert.equal(good.attributes["client.address"], "127.0.0.1");
      assert.equal(good.attributes["secure_token.request_id"], told[0].request_id);
      assert.equal(good.resource["service.name"], "tokens");
      // A token that is refused is no fault of the server.
      const code = isConnect ? "unauthenticated" : "UNAUTHENTICATED";
      assert.equal(bad.attributes["rpc.response.status_code"], code);
      assert.equal(bad.attributes["secure_token.reason"], "ERROR_REASON_TOKEN_MALFORMED");
      assert.equal(bad.status.code, 0);
      assert.ok(BigInt(good.startTimeUnixNano) <= BigInt(good.endTimeUnixNano));
    });
  }

  it("says that the server is at fault, without the cause", async () => {
    const { spans } = await tellOf(1, async (baseUrl, { service }) => {
      service.fault = new Error("of the inside");
      const client = createSecureTokenClient({ baseUrl });
      await client.generateToken("ada").catch(() => {});
      client.close();
    });
    const [{ status, attributes }] = spans as [CollectedSpan];
    assert.deepEqual([status, attributes["error.type"]], [{ code: ERROR }, "INTERNAL"]);
    assert.ok(!JSON.stringify(spans).includes("inside"));
  });

  it("is made at a door", async () => {
    const { spans } = await tellOf(1, async (url, { service }) => {
      const authorization = `Bearer ${await service.seal()}`;
      await fetch(`${url}/authz`, { headers: { authorization } });
    });
    const [{ name, attributes }] = spans as [CollectedSpan];
    assert.deepEqual(
      [name, attributes["rpc.system.name"]],
      ["securetoken.Gateways/ForwardAuth", "http"],
    );
  });

  it("is not made where the caller has not recorded its own, and the log has the trace alone", async () => {
    const { spans, lines } = await tellOf(1, (url) =>
      fetch(`${url}/authz`, { headers: { traceparent: UNSAMPLED } }),
    );
    assert.deepEqual(spans, []);
    assert.equal(lines[0].trace_id, UNSAMPLED.slice(3, 35));
    assert.equal(lines[0].span_id, undefined);
  });

  it("is not made of a call without a caller's span that the ratio leaves out", async () => {
    const { spans, lines } = await tellOf(0, (url) => fetch(`${url}/authz`));
    assert.deepEqual(spans, []);
    assert.equal(lines[0].trace_id, undefined);
  });
});

describe("a sampler that does not ask the caller's span", () => {
  const traceparent = UNSAMPLED.replace(/00$/, "01");
  for (const [ratio, header] of [
    [1, UNSAMPLED],
    [0, traceparent],
  ] as const) {
    it(`goes by the ratio ${ratio} alone`, async () => {
      const ask = (url: string) => fetch(`${url}/authz`, { headers: { traceparent: header } });
      const { spans } = await tellOf(ratio, ask, false);
      assert.equal(spans.length, ratio);
    });
  }
});

describe("OTEL_TRACES_SAMPLER", () => {
  for (const [sampler, ratio, isParentBased] of [
    ["always_on", 1, false],
    ["always_off", 0, false],
    ["traceidratio", 0.5, false],
    ["parentbased_always_on", 1, true],
    ["parentbased_always_off", 0, true],
    ["parentbased_traceidratio", 0.5, true],
  ] as const) {
    it(`takes ${sampler}`, () => {
      const env: Env = {
        OTEL_TRACES_EXPORTER: "otlp",
        OTEL_TRACES_SAMPLER: sampler,
        OTEL_TRACES_SAMPLER_ARG: "0.5",
      };
      const { traces } = loadConfig(env);
      assert.deepEqual([traces?.ratio, traces?.isParentBased], [ratio, isParentBased]);
    });
  }
});

/** What platforms set for all programs, and this server does not know. */
const FOREIGN = {
  OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  OTEL_TRACES_SAMPLER: "jaeger_remote",
  OTEL_TRACES_SAMPLER_ARG: "endpoint=http://collector:14250",
  OTEL_SERVICE_NAME: "the tokens",
};

describe("values of OTEL_* that the server does not know", () => {
  it("are warned of, and ignored, where traces are off", async () => {
    for (const off of [
      {},
      { OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "sesame" },
    ]) {
      const { code, output } = await runCommand(["config", "check"], { ...FOREIGN, ...off });
      assert.equal(code, 0, output);
      for (const name of Object.keys({ ...FOREIGN, ...off })) {
        if (name === "OTEL_TRACES_EXPORTER") continue;
        const line = output.split("\n").find((one) => one.startsWith(`warning ${name} must be`));
        assert.ok(line?.endsWith("; it is ignored, as traces are off"), output);
      }
      assert.ok(!output.includes("sesame"), output);
    }
  });

  it("do not stop a server without traces", async () => {
    const server = await startServer(FOREIGN);
    assert.equal((await fetch(`${server.url}/authz`)).status, 401);
    assert.equal(await server.end(), 0);
    assert.match(server.output(), /OTEL_EXPORTER_OTLP_PROTOCOL must be .*traces are off/);
  });

  for (const [env, message] of [
    [
      { OTEL_TRACES_EXPORTER: "console" },
      /^ {2}OTEL_TRACES_EXPORTER must be otlp or none, not "console"$/m,
    ],
    [
      { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      /^ {2}OTEL_EXPORTER_OTLP_PROTOCOL must be http\/json, not "grpc"$/m,
    ],
  ] as const) {
    it(`stop a server that is to record: ${Object.values(env).join(", ")}`, async () => {
      const { code, output } = await runCommand(["serve"], { ...env, PORT: "0" });
      assert.equal(code, 78, output);
      assert.match(output, message);
    });
  }
});

describe("a server with OTEL_EXPORTER_OTLP_ENDPOINT", () => {
  let collector: Collector;
  before(async () => {
    collector = await startCollector();
  });
  after(() => collector.close());

  it("sends its last spans before it ends", async () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
    const server = await startServer({ OTEL_EXPORTER_OTLP_ENDPOINT });
    await fetch(`${server.url}/authz`);
    await eventually(() => logLines(server, "call").length > 0);
    assert.equal(await server.end(), 0);
    const [line] = logLines(server, "call");
    assert.deepEqual(
      collector.spans.map(({ traceId, spanId, resource }) => [
        traceId,
        spanId,
        resource["service.name"],
      ]),
      [[line?.trace_id, line?.span_id, "secure-token"]],
    );
  });
});

describe("traces without a collector or packages", () => {
  it("say which packages are missing, and where they run", async () => {
    const url = "http://127.0.0.1:1/v1/traces";
    const config = { url, ratio: 1, isParentBased: true, serviceName: "tokens" };
    const missing = Object.assign(new Error("Cannot find package"), {
      code: "ERR_MODULE_NOT_FOUND",
    });
    await assert.rejects(
      openTracer(config, pino({ level: "silent" }), () => Promise.reject(missing)),
      /needs packages that are not installed: npm install @opentelemetry\/api .*Node 20/,
    );
  });

  it("lose no call, and say once, without the URL, that spans are lost", async () => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
    const collector = await startCollector();
    const url = `${collector.endpoint.replace("//", "//user:sesame@")}/no-such-path`;
    const config = { url, ratio: 1, isParentBased: true, serviceName: "tokens" };
    const tracer = await openTracer(config, logger);
    const server = await startTestServer({ logger, tracer });
    assert.equal((await fetch(`${server.url}/authz`)).status, 401);
    await server.close();
    await tracer.close();
    collector.close();
    assert.ok(
      lines.some((line) => line.includes("spans are not exported")),
      lines.join(""),
    );
    assert.ok(!lines.join("").includes("sesame"));
  });
});

/** A trace goes from a W3C parent through a Go service, its client and the server to the collector and the log. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../support/buf.js";
import { startCollector } from "../support/collector.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { startServer } from "../support/server-process.js";
import { eventually, logLines } from "../support/worker-lines.js";
import { skipWithout } from "../transport/peers/programs.js";

const run = promisify(execFile);
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID = "00f067aa0ba902b7";

interface GoSpan {
  readonly Name: string;
  readonly TraceID: string;
  readonly SpanID: string;
  readonly ParentID: string;
}

describe("a trace through a Go client", { skip: skipWithout("go", "go.dev") }, () => {
  const program = join(scratchFolder(), "traces-go");
  before(async () => {
    await run("go", ["build", "-o", program, "."], { cwd: join(ROOT, "test/server/traces-go") });
  });

  for (const WORKERS of ["1", "2"]) {
    it(`joins the service's spans, the server's and the line of the call: WORKERS=${WORKERS}`, async () => {
      const collector = await startCollector();
      const server = await startServer({
        WORKERS,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        // Only what its caller records.
        OTEL_TRACES_SAMPLER: "parentbased_always_off",
      });
      // Connections go to the workers in turn.
      for (let call = 0; call < Number(WORKERS); call++) {
        const env = {
          PATH: process.env.PATH ?? "",
          SERVER: server.url,
          TRACEPARENT: `00-${TRACE_ID}-${PARENT_ID}-01`,
        };
        const { stdout } = await run(program, { env });
        const [client, handler] = JSON.parse(stdout) as [GoSpan, GoSpan];
        assert.deepEqual([handler.TraceID, handler.ParentID], [TRACE_ID, PARENT_ID]);
        assert.deepEqual([client.TraceID, client.ParentID], [TRACE_ID, handler.SpanID]);
        await eventually(() => logLines(server, "call").length > call);
        // Recorded spans are sent from time to time, and the last ones at the end.
        await eventually(() => collector.spans.length > call);
        const span = collector.spans.find(({ parentSpanId }) => parentSpanId === client.SpanID);
        assert.equal(span?.traceId, TRACE_ID);
        assert.equal(span?.name, "securetoken.v1.TokenService/GenerateToken");
        assert.equal(span?.attributes["rpc.response.status_code"], "OK");
        const line = logLines(server, "call").find(({ span_id }) => span_id === span?.spanId);
        assert.deepEqual([line?.trace_id, line?.rpc], [TRACE_ID, "GenerateToken"]);
      }
      if (WORKERS !== "1") {
        const workers = new Set(logLines(server, "call").map(({ worker }) => worker));
        assert.equal(workers.size, Number(WORKERS));
      }
      assert.equal(await server.end(), 0);
      collector.close();
    });
  }
});

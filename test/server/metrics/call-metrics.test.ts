/** What is counted of calls, and how scrapers read it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { CallMetrics } from "../../../src/server/metrics/call-metrics.js";
import { formatMetrics } from "../../../src/server/metrics/text.js";

const { validateToken, generateToken } = TokenService.method;
const LABELS =
  'grpc_type="unary",grpc_service="securetoken.v1.TokenService",grpc_method="ValidateToken"';

function lines(text: string, start: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(start));
}

describe("call metrics", () => {
  it("tells every method with zeros before its first call", () => {
    const text = formatMetrics([new CallMetrics(TokenService.methods).collect()], "prometheus");
    assert.deepEqual(lines(text, `grpc_server_started_total{${LABELS}`), [
      `grpc_server_started_total{${LABELS}} 0`,
    ]);
    const handled = lines(text, `grpc_server_handled_total{${LABELS}`);
    assert.equal(handled.length, 17);
    // A rate of the first call that fails is taken from a count of 0.
    for (const code of ["OK", "Internal", "Unavailable", "Unauthenticated"]) {
      const count = `grpc_server_handled_total{${LABELS},grpc_code="${code}"} 0`;
      assert.ok(handled.includes(count), count);
    }
  });

  it("counts by code, and puts a call in each bucket from its duration up", () => {
    const metrics = new CallMetrics(TokenService.methods);
    for (let call = 0; call < 3; call++) metrics.started(validateToken);
    metrics.ended(validateToken, undefined, 0.000_1);
    metrics.ended(validateToken, undefined, 0.3);
    metrics.ended(validateToken, new ConnectError("", Code.Unauthenticated), 100);
    const text = formatMetrics([metrics.collect()], "prometheus");
    assert.match(text, new RegExp(`started_total\\{${LABELS}\\} 3\\n`));
    assert.match(text, new RegExp(`handled_total\\{${LABELS},grpc_code="OK"\\} 2\\n`));
    assert.match(text, new RegExp(`handled_total\\{${LABELS},grpc_code="Unauthenticated"\\} 1\\n`));
    const bucket = (le: string) =>
      lines(text, `grpc_server_handling_seconds_bucket{${LABELS},le="${le}"}`)[0]?.split(" ").pop();
    assert.deepEqual(["0.0001", "0.25", "0.5", "30", "+Inf"].map(bucket), [
      "1",
      "1",
      "2",
      "2",
      "3",
    ]);
    assert.match(text, new RegExp(`handling_seconds_count\\{${LABELS}\\} 3\\n`));
  });

  it("does not time a call that ended before it was timed", () => {
    const metrics = new CallMetrics(TokenService.methods);
    metrics.ended(generateToken, new ConnectError("", Code.Unauthenticated), undefined);
    const seconds = metrics.collect().find(({ type }) => type === "histogram");
    assert.ok(seconds?.values.every((value) => value === 0));
  });

  it("is the sum over processes", () => {
    const two = [new CallMetrics(TokenService.methods), new CallMetrics(TokenService.methods)];
    for (const each of two) {
      each.started(validateToken);
      each.ended(validateToken, undefined, 0.01);
    }
    const text = formatMetrics(
      two.map((each) => structuredClone(each.collect())),
      "prometheus",
    );
    assert.match(text, new RegExp(`started_total\\{${LABELS}\\} 2\\n`));
    assert.match(text, new RegExp(`handling_seconds_count\\{${LABELS}\\} 2\\n`));
  });

  it("is written as OpenMetrics where that is asked for", () => {
    const text = formatMetrics([new CallMetrics(TokenService.methods).collect()], "openmetrics");
    assert.match(text, /^# TYPE grpc_server_started counter$/m);
    assert.match(text, /^grpc_server_started_total\{/m);
    assert.ok(text.endsWith("# EOF\n"));
  });
});

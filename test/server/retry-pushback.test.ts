/** A call that may be made again later says when: by RetryInfo, and by the header that gRPC's own retries read (gRFC A6). */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { pino } from "pino";
import { RetryInfoSchema } from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { createServer, type Server } from "../../src/server/server.js";
import { askForRetry } from "../../src/service/index.js";
import { fixedManager } from "../support/fixed-manager.js";

const KEY = generateApiKey();

let server: Server;
let baseUrl: string;
before(async () => {
  const row = {
    name: "gateway",
    api_keys: [{ sha256: digestApiKey(KEY) }],
    rpcs: ["IntrospectToken"],
    // So few that the second call is always one too many.
    calls_per_second: 0.01,
  };
  const callers = new KnownCallers(parseCallers(JSON.stringify({ callers: [row] })), () => false);
  const logger = pino({ level: "silent" });
  server = createServer({ manager: await fixedManager(), logger, callers });
  const { port } = await server.listen(0, "127.0.0.1");
  baseUrl = `http://127.0.0.1:${port}`;
});
after(() => server.close(0));

/** When to try again, in milliseconds, as an error says it in both ways. */
function waits(error: ConnectError): [retryInfo: number, pushback: string | null] {
  const [{ retryDelay } = { retryDelay: undefined }] = error.findDetails(RetryInfoSchema);
  const { seconds = 0n, nanos = 0 } = retryDelay ?? {};
  return [Number(seconds) * 1000 + nanos / 1e6, error.metadata.get("grpc-retry-pushback-ms")];
}

describe("an error that asks for a retry", () => {
  it("says its time in both ways, in whole milliseconds that are not too few", () => {
    for (const [waitMs, told] of [
      [1, "1"],
      [1_000, "1000"],
      [1_999.5, "2000"],
      [1_500.25, "1501"],
      [61_000, "61000"],
    ] as const) {
      const error = askForRetry(new ConnectError("busy", Code.Unavailable), waitMs);
      assert.deepEqual(waits(error), [Number(told), told]);
    }
  });

  for (const [name, createTransport] of [
    ["gRPC", createGrpcTransport],
    ["gRPC-Web", createGrpcWebTransport],
    ["Connect", createConnectTransport],
  ] as const) {
    it(`says so to a caller beyond its rate, over ${name}`, async () => {
      const transport = createTransport({ baseUrl, httpVersion: "2" });
      const client = createClient(TokenService, transport);
      const headers = { authorization: `Bearer ${KEY}` };
      const call = () => client.introspectToken({ token: "x" }, { headers });
      // The burst.
      await call().catch(() => {});
      const error = await call().then(
        () => assert.fail("the call is within the rate"),
        (error) => ConnectError.from(error),
      );
      assert.equal(error.code, Code.ResourceExhausted);
      const [retryInfo, pushback] = waits(error);
      assert.ok(retryInfo > 0);
      assert.equal(pushback, String(retryInfo));
    });
  }
});

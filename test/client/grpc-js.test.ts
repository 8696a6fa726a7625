/** What the transport on @grpc/grpc-js adds to gRPC: headers and trailers both ways, details, retries. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import * as grpc from "@grpc/grpc-js";
import {
  createGrpcJsTransport,
  createSecureTokenClient,
  type GrpcJsTokenClient,
} from "../../src/client/grpc-js.js";

const SERVICE = "securetoken.v1.TokenService";
const identity = (bytes: Buffer) => bytes;

/** An RPC of bytes in, bytes out: what arrives and what is answered is the test's affair. */
function rpc(name: string) {
  return {
    path: `/${SERVICE}/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  } as const;
}

describe("grpc-js transport", () => {
  const server = new grpc.Server();
  let answer: grpc.handleUnaryCall<Buffer, Buffer>;
  let client: GrpcJsTokenClient;
  let seen: Headers | undefined;
  const observe: Interceptor = (next) => async (request) => {
    const response = await next(request);
    seen = new Headers([...response.header, ...response.trailer]);
    return response;
  };

  before(async () => {
    const names = ["ExportConfig", "RefreshToken"];
    const service = Object.fromEntries(names.map((name) => [name, rpc(name)]));
    const handler: grpc.handleUnaryCall<Buffer, Buffer> = (call, reply) => answer(call, reply);
    server.addService(service, Object.fromEntries(names.map((name) => [name, handler])));
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      server.bindAsync("127.0.0.1:0", credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    const address = `http://127.0.0.1:${port}`;
    client = createSecureTokenClient({ address, interceptors: [observe] });
  });
  after(() => {
    client.close();
    server.forceShutdown();
  });

  it("carries headers and trailers both ways, bytes included", async () => {
    let received: grpc.Metadata | undefined;
    answer = (call, reply) => {
      received = call.metadata;
      const header = new grpc.Metadata();
      header.set("x-header", "one");
      call.sendMetadata(header);
      const trailer = new grpc.Metadata();
      trailer.set("x-trailer-bin", Buffer.from([0, 255, 7]));
      reply(null, Buffer.alloc(0), trailer);
    };
    const headers = { "x-text": "two", "x-bytes-bin": "AP8H, AQ" };
    await client.raw.exportConfig({}, { headers });
    assert.deepEqual(received?.get("x-text"), ["two"]);
    assert.deepEqual(received?.get("x-bytes-bin"), [Buffer.from([0, 255, 7]), Buffer.from([1])]);
    assert.equal(seen?.get("x-header"), "one");
    assert.equal(seen?.get("x-trailer-bin"), "AP8H");
  });

  it("sends the deadline", async () => {
    let deadline: grpc.Deadline | undefined;
    answer = (call, reply) => {
      deadline = call.getDeadline();
      reply(null, Buffer.alloc(0));
    };
    await client.raw.exportConfig({}, { timeoutMs: 60_000 });
    assert.ok(Number.isFinite(Number(deadline)));
    await client.raw.exportConfig({});
    assert.equal(deadline, Number.POSITIVE_INFINITY);
  });

  it("refuses a header that gRPC cannot carry, without quoting it", async () => {
    const call = client.exportConfig({ headers: { authorization: "Bearer schlüssel" } });
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof ConnectError);
      assert.match(error.rawMessage, /header authorization/);
      assert.doesNotMatch(String(error.stack), /schl/);
      return error.code === Code.InvalidArgument;
    });
  });

  it("keeps code and text where the details are garbage", async () => {
    answer = (_, reply) => {
      const metadata = new grpc.Metadata();
      metadata.set("grpc-status-details-bin", Buffer.from([0xff, 0xff, 0xff]));
      reply({ code: grpc.status.UNAUTHENTICATED, details: "Token expired", metadata });
    };
    await assert.rejects(client.exportConfig(), (error) => {
      assert.ok(error instanceof ConnectError);
      assert.deepEqual([error.code, error.rawMessage], [Code.Unauthenticated, "Token expired"]);
      assert.deepEqual(error.details, []);
      return true;
    });
  });

  it("reports an answer that is no message as an RPC error", async () => {
    answer = (_, reply) => reply(null, Buffer.from([0xff, 0xff]));
    await assert.rejects(client.exportConfig(), ConnectError);
  });

  it("retries UNAVAILABLE and nothing else, and never a refresh that revokes", async () => {
    // The last attempt of one step may reach the server in the next step: each counts its own alone.
    const refused = async (
      step: string,
      status: grpc.status,
      call: (options: { headers: Record<string, string> }) => Promise<unknown>,
    ): Promise<number> => {
      let attempts = 0;
      answer = (received, reply) => {
        if (received.metadata.get("x-step")[0] === step) attempts++;
        reply({ code: status, details: "try later" });
      };
      await assert.rejects(call({ headers: { "x-step": step } }), { code: status as number });
      return attempts;
    };
    const { UNAVAILABLE, RESOURCE_EXHAUSTED } = grpc.status;
    const attempts = await refused("away", UNAVAILABLE, ({ headers }) =>
      client.exportConfig({ headers, timeoutMs: 500 }),
    );
    assert.ok(attempts > 1);
    const revoking = await refused("revoking", UNAVAILABLE, ({ headers }) =>
      client.refreshToken("token", { revokeOld: true }, { headers }),
    );
    assert.equal(revoking, 1);
    const exhausted = await refused("exhausted", RESOURCE_EXHAUSTED, (options) =>
      client.exportConfig(options),
    );
    assert.equal(exhausted, 1);
  });

  it("cancels the call on the server when the signal fires", { timeout: 20_000 }, async () => {
    const cancelled = new Promise<void>((resolve) => {
      answer = (call) => call.on("cancelled", resolve);
    });
    const controller = new AbortController();
    const call = client.exportConfig({ signal: controller.signal, timeoutMs: 60_000 });
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(call, { code: Code.Canceled });
    await cancelled;
  });

  it("gives its gRPC client away, and streams nothing to the server", async () => {
    assert.ok(client.grpc instanceof grpc.Client);
    const { stream } = createGrpcJsTransport(client.grpc, "http://127.0.0.1", []);
    const call = stream(
      { methodKind: "client_streaming" } as never,
      undefined,
      undefined,
      undefined,
      {} as never,
    );
    await assert.rejects(call, { code: Code.Unimplemented });
    assert.equal(
      client.grpc.getChannel().getConnectivityState(false),
      grpc.connectivityState.READY,
    );
  });
});

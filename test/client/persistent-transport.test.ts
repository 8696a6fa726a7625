/** One or several servers behind one client: which is asked, how often, and what may be asked twice. */
import assert from "node:assert/strict";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { createSecureTokenClient as createGrpcJsClient } from "../../src/client/grpc-js.js";
import {
  createSecureTokenClient,
  RateExceededError,
  SecureTokenClient,
  ServiceUnavailableError,
} from "../../src/client/node.js";
import { createPersistentTransport } from "../../src/client/persistent-transport.js";
import { serve, UNREACHABLE_URL } from "../support/http-server.js";
import { beyondRate, noRoom } from "../support/shortages.js";
import { createTestService } from "../support/token-service.js";

const REFUSED = new ConnectError(
  "Stream closed with error code NGHTTP2_REFUSED_STREAM",
  Code.Internal,
);
const UNREACHABLE = new ConnectError("the connection was lost", Code.Unavailable);
const NO_LISTENER = new ConnectError("connect ECONNREFUSED 127.0.0.1:1", Code.Unavailable);
const HANGS = new ConnectError("the operation timed out", Code.DeadlineExceeded);
const RESET = new ConnectError("read ECONNRESET", Code.Aborted);
const CUT = new ConnectError("http/2 stream closed with error code CANCEL (0x8)", Code.Canceled);

describe("a client of several servers", () => {
  /** Servers that fail with what `faults` says of them, by index, and the calls that they got. */
  const servers = (faults: readonly (ConnectError | undefined)[], onAsked = () => {}) => {
    const asked: number[] = [];
    const deadlines: (number | undefined)[] = [];
    const transports = faults.map((_, index): Transport => {
      const router = createRouterTransport((routes) =>
        routes.service(TokenService, {
          exportConfig: () => ({ version: "1.0", defaultExpiresIn: { seconds: 1n } }),
          validateToken() {
            throw new ConnectError("no", Code.Unauthenticated);
          },
        }),
      );
      return {
        ...router,
        async unary(method, signal, timeoutMs, header, input, values) {
          asked.push(index);
          onAsked();
          deadlines.push(timeoutMs);
          const fault = faults[index];
          if (fault) throw fault;
          return router.unary(method, signal, timeoutMs, header, input, values);
        },
      };
    });
    const client = new SecureTokenClient(
      createPersistentTransport(transports.map((transport) => ({ transport }))),
      { defaultTimeoutMs: 200 },
    );
    return { client, asked, deadlines };
  };

  it("asks them in turn", async () => {
    const { client, asked } = servers([undefined, undefined, undefined]);
    for (let i = 0; i < 6; i++) await client.exportConfig();
    assert.deepEqual(asked, [0, 1, 2, 0, 1, 2]);
  });

  for (const fault of [UNREACHABLE, RESET, CUT, REFUSED]) {
    it(`goes on to the next after "${fault.rawMessage}", which then rests`, async () => {
      const { client, asked } = servers([fault, undefined, undefined]);
      await client.exportConfig();
      assert.deepEqual(asked.splice(0), [0, 1]);
      for (let i = 0; i < 6; i++) await client.exportConfig();
      assert.ok(!asked.includes(0));
    });
  }

  it("asks resting servers too when there is no other, until the deadline", async () => {
    const { client, asked } = servers([UNREACHABLE, UNREACHABLE]);
    const call = client.exportConfig({ timeoutMs: 2_000 });
    await assert.rejects(call, { code: Code.Unavailable, name: "ConnectError" });
    assert.ok(asked.length >= 4 && asked.includes(0) && asked.includes(1), String(asked));
  });

  for (const fault of [UNREACHABLE, RESET, CUT, REFUSED]) {
    it(`says that the service is unavailable where "${fault.rawMessage}" lasts until the deadline`, async () => {
      const { client } = servers([fault, fault]);
      await assert.rejects(client.exportConfig(), ServiceUnavailableError);
    });
  }

  it("bridges an outage that ends within the deadline", async () => {
    const faults: (ConnectError | undefined)[] = [UNREACHABLE];
    let calls = 0;
    const { client } = servers(faults, () => {
      if (++calls === 3) faults[0] = undefined;
    });
    assert.equal((await client.exportConfig({ timeoutMs: 5000 })).version, "1.0");
    assert.equal(calls, 3);
  });

  it("repeats a refused call, whatever it is", async () => {
    const faults: (ConnectError | undefined)[] = [REFUSED];
    const { client, asked } = servers(faults, () => {
      if (asked.length === 2) faults[0] = undefined;
    });
    await client.exportConfig();
    assert.deepEqual(asked, [0, 0]);
    const hopeless = servers([REFUSED]);
    await assert.rejects(hopeless.client.generateToken("u"), ServiceUnavailableError);
    assert.ok(hopeless.asked.length > 1);
  });

  it("gives a server that hangs a share of the deadline, and then asks the others first", async () => {
    const { client, asked } = servers([HANGS, undefined]);
    await client.exportConfig({ timeoutMs: 400 });
    assert.deepEqual(asked.splice(0), [0, 1]);
    for (let i = 0; i < 6; i++) await client.exportConfig();
    assert.ok(!asked.includes(0), "the hanging server is asked again at once");
  });

  it("does not let a server rest that answers others", async () => {
    let end = () => {};
    const hung = new Promise<void>((resolve) => {
      end = resolve;
    });
    let isFirst = true;
    let renewals = 0;
    const router = createRouterTransport((routes) =>
      routes.service(TokenService, {
        exportConfig: () => ({ version: "1.0", defaultExpiresIn: { seconds: 1n } }),
      }),
    );
    const asked: number[] = [];
    const servers = [0, 1].map((index) => ({
      transport: {
        ...router,
        async unary(...call: Parameters<Transport["unary"]>) {
          asked.push(index);
          if (isFirst) {
            isFirst = false;
            await hung;
            throw HANGS;
          }
          return router.unary(...call);
        },
      } as Transport,
      renew: () => renewals++,
    }));
    const client = new SecureTokenClient(createPersistentTransport(servers));
    const slow = client.exportConfig();
    for (let i = 0; i < 2; i++) await client.exportConfig();
    end();
    await slow;
    asked.length = 0;
    for (let i = 0; i < 4; i++) await client.exportConfig();
    assert.deepEqual(asked.toSorted(), [0, 0, 1, 1]);
    assert.equal(renewals, 0);
  });

  it("obeys what a server asks to wait, within the deadline", async () => {
    for (const fault of [noRoom(20), beyondRate(20)]) {
      const faults: (ConnectError | undefined)[] = [fault];
      const { client, asked } = servers(faults, () => {
        if (asked.length === 2) faults[0] = undefined;
      });
      await client.exportConfig({ timeoutMs: 5000 });
      assert.equal(asked.length, 2);
    }
    const late = servers([beyondRate(900)]);
    await assert.rejects(late.client.exportConfig({ timeoutMs: 500 }), (error) => {
      assert.ok(error instanceof RateExceededError && error instanceof ConnectError);
      return error.retryAfterMs === 900;
    });
    assert.equal(late.asked.length, 1);
  });

  it("asks each server once for a call that does not wait for its rate", async () => {
    const atOnce = { waitForRate: false, timeoutMs: 5000 };
    const limited = servers([beyondRate(900), beyondRate(900)]);
    await assert.rejects(limited.client.exportConfig(atOnce), RateExceededError);
    assert.deepEqual(limited.asked, [0, 1]);
    const lost = servers([beyondRate(900), UNREACHABLE]);
    await assert.rejects(lost.client.exportConfig(atOnce), RateExceededError);
    assert.deepEqual(lost.asked, [0, 1]);
    const other = servers([beyondRate(900), undefined]);
    for (let i = 0; i < 2; i++) await other.client.exportConfig(atOnce);
    assert.deepEqual(other.asked, [0, 1, 0, 1]);
    const faults: (ConnectError | undefined)[] = [noRoom(1)];
    const full = servers(faults, () => {
      if (full.asked.length === 2) faults[0] = undefined;
    });
    await full.client.exportConfig(atOnce);
    assert.deepEqual(full.asked, [0, 0]);
  });

  for (const [fault, sign] of [
    ["UNKNOWN_AUTHORITY", "self-signed certificate"],
    ["CERTIFICATE_EXPIRED", "certificate has expired"],
    ["CERTIFICATE_NAME", "Hostname/IP does not match certificate's altnames"],
    ["TLS_TO_PLAINTEXT", "SSL routines:ssl3_get_record:wrong version number"],
    ["CLIENT_CERTIFICATE", "ssl3_read_bytes:tlsv13 alert certificate required"],
  ]) {
    it(`does not try ${fault} again, and says what to do`, async () => {
      const { client, asked } = servers([new ConnectError(String(sign), Code.Internal)]);
      await assert.rejects(client.exportConfig(), (error) => {
        assert.ok(error instanceof ServiceUnavailableError && error instanceof ConnectError);
        assert.match(error.message, /the token service cannot be reached: (it|its|no) /);
        return error.fault === fault;
      });
      assert.equal(asked.length, 1);
    });
  }

  it("repeats a refresh that revokes only where it was refused", async () => {
    const lost = servers([RESET, undefined]);
    const refresh = { revokeOld: true };
    await assert.rejects(lost.client.refreshToken("t", refresh), ServiceUnavailableError);
    assert.deepEqual(lost.asked, [0]);
    const refused = servers([REFUSED, UNREACHABLE]);
    await assert.rejects(refused.client.refreshToken("t", refresh), { code: Code.Unavailable });
    assert.deepEqual(refused.asked, [0, 1]);
    const harmless = servers([RESET, UNREACHABLE]);
    await assert.rejects(harmless.client.refreshToken("t"), ConnectError);
    assert.ok(harmless.asked.length > 2);
    const unsent = servers([NO_LISTENER, NO_LISTENER]);
    await assert.rejects(unsent.client.refreshToken("t", refresh), { code: Code.Unavailable });
    assert.ok(unsent.asked.length > 2, "a call that never left is safe to send again");
  });

  it("repeats nothing that a server has answered", async () => {
    const { client, asked } = servers([undefined, undefined]);
    await assert.rejects(client.validateToken("t"), { code: Code.Unauthenticated });
    assert.deepEqual(asked, [0]);
    for (const code of [Code.Internal, Code.ResourceExhausted, Code.Unknown]) {
      const answered = servers([new ConnectError("told by the test", code), undefined]);
      await assert.rejects(answered.client.exportConfig(), { code });
      assert.deepEqual(answered.asked, [0]);
    }
    const late = servers([HANGS]);
    await assert.rejects(late.client.exportConfig(), { code: Code.DeadlineExceeded });
    assert.deepEqual(late.asked, [0]);
  });

  it("repeats nothing once its caller has given up, and keeps to one deadline", async () => {
    const caller = new AbortController();
    const aborted = servers([UNREACHABLE, undefined], () => caller.abort());
    await assert.rejects(aborted.client.exportConfig({ signal: caller.signal }));
    assert.deepEqual(aborted.asked, [0]);
    const { client, deadlines } = servers([UNREACHABLE, undefined]);
    await client.exportConfig({ timeoutMs: 1000 });
    assert.ok(deadlines.length === 2 && deadlines.every((it) => it && it > 0 && it <= 1000));
    const inPause = new AbortController();
    const down = servers([UNREACHABLE], () => setTimeout(() => inPause.abort(), 5));
    const call = down.client.exportConfig({ signal: inPause.signal, timeoutMs: 5000 });
    await assert.rejects(call, { code: Code.Canceled });
  });

  it("reaches the one server that is there, over every protocol", async () => {
    const service = await createTestService();
    for (const [version, protocols] of [
      ["2", ["grpc", "grpc-web", "connect"]],
      ["1.1", ["grpc-web", "connect"]],
    ] as const) {
      const server = await serve(service, version);
      const baseUrl = [UNREACHABLE_URL, server.baseUrl];
      for (const protocol of protocols) {
        const client = createSecureTokenClient({ baseUrl, protocol, httpVersion: version });
        for (let i = 0; i < 3; i++) assert.equal((await client.exportConfig()).version, "1.0");
        client.close();
      }
      await server.close();
    }
  });

  for (const [name, connect] of [
    ["node", (url: string) => createSecureTokenClient({ baseUrl: url })],
    ["grpc-js", (url: string) => createGrpcJsClient({ address: url })],
  ] as const) {
    it(`${name}: sends a call again that met a closing connection, whatever it is`, async () => {
      const { routes, interceptors } = await createTestService();
      const server = http2.createServer(connectNodeAdapter({ routes, interceptors }));
      let sessions = 0;
      // GOAWAY goes out before the first call's frames are read: it is refused.
      server.on("session", (session) => {
        if (++sessions === 1) session.close();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      // What is wrong with the request shows that a server has read it.
      const answer = client.refreshToken("token", { revokeOld: true });
      await assert.rejects(answer, { reason: "REVOCATION_NOT_ENABLED" });
      assert.equal(sessions, 2);
      client.close();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  it("needs at least one, and a URL for each", () => {
    assert.throws(() => createSecureTokenClient({ baseUrl: [] }), TypeError);
    assert.throws(() => createSecureTokenClient({ baseUrl: ["http://a", "b"] }), /has no port/);
  });
});

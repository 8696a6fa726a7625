/** A channel of @grpc/grpc-js to several addresses, one of which goes silent. */
import assert from "node:assert/strict";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { Code } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { credentials } from "@grpc/grpc-js";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { createSecureTokenClient } from "../../src/client/grpc-js.js";

const listen = (server: net.Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

/** A service that names itself in what it answers, reached through a relay that can go silent. */
async function serve(context: TestContext, version: string) {
  const service = http2.createServer(
    connectNodeAdapter({
      routes: (routes) =>
        routes.service(TokenService, {
          exportConfig: () => ({ version, defaultExpiresIn: { seconds: 1n } }),
        }),
    }),
  );
  const port = await listen(service);
  const sockets = new Set<net.Socket>();
  let isSilent = false;
  const relay = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    if (isSilent) return;
    const inner = net.connect(port, "127.0.0.1");
    sockets.add(inner);
    inner.on("error", () => {});
    socket.on("data", (data) => isSilent || inner.write(data));
    inner.on("data", (data) => isSilent || socket.write(data));
  });
  const address = `127.0.0.1:${await listen(relay)}`;
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    relay.close();
    service.close();
  });
  const goSilent = () => {
    isSilent = true;
  };
  return { address, goSilent };
}

describe("a channel of several addresses", () => {
  it("leaves one that goes silent at the first deadline", async (context) => {
    const first = await serve(context, "first");
    const second = await serve(context, "second");
    const client = createSecureTokenClient({
      address: `ipv4:${first.address},${second.address}`,
      credentials: credentials.createInsecure(),
    });
    context.after(() => client.close());
    assert.equal((await client.exportConfig()).version, "first");
    const before = client.grpc;
    first.goSilent();
    await assert.rejects(client.exportConfig({ timeoutMs: 300 }), { code: Code.DeadlineExceeded });
    assert.notEqual(client.grpc, before);
    for (let i = 0; i < 5; i++) {
      assert.equal((await client.exportConfig({ timeoutMs: 30_000 })).version, "second");
    }
  });

  it("stays closed", async (context) => {
    const { address, goSilent } = await serve(context, "only");
    const client = createSecureTokenClient({ address });
    await client.exportConfig();
    goSilent();
    const late = client.exportConfig({ timeoutMs: 300 });
    client.close();
    await assert.rejects(late);
    await assert.rejects(client.exportConfig({ timeoutMs: 1000 }));
  });
});

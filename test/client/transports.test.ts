/** The shared suite over every transport, and the compatibility cases through gRPC. */
import { after } from "node:test";
import { createRouterTransport } from "@connectrpc/connect";
import * as grpcJs from "../../src/client/grpc-js.js";
import * as node from "../../src/client/node.js";
import * as web from "../../src/client/web.js";
import { compatSuite, type KeyChoice } from "../support/compat-suite.js";
import { serveAsProduct, UNREACHABLE_URL } from "../support/http-server.js";
import { createTestService, type TestService } from "../support/token-service.js";
import { type Harness, tokenServiceSuite } from "../support/token-service-suite.js";

type Connect = (baseUrl: string) => node.SecureTokenClient;

function overHttp(connect: Connect, shortWay = true): () => Promise<Harness> {
  return async () => {
    const service = await createTestService();
    const server = await serveAsProduct(service, shortWay);
    const client = connect(server.baseUrl);
    const unreachable = connect(UNREACHABLE_URL);
    const close = async () => {
      client.close();
      unreachable.close();
      await server.close();
    };
    return { client, service, unreachable, close };
  };
}

tokenServiceSuite(
  "in memory",
  async () => {
    const service = await createTestService();
    const { routes, interceptors } = service;
    const transport = createRouterTransport(routes, { router: { interceptors } });
    return { client: new node.SecureTokenClient(transport), service, close: async () => {} };
  },
  { overNetwork: false },
);

for (const httpVersion of ["1.1", "2"] as const) {
  for (const protocol of ["connect", "grpc-web"] as const) {
    for (const useBinaryFormat of [true, false]) {
      const name = `${protocol}, HTTP/${httpVersion}, ${useBinaryFormat ? "binary" : "JSON"}`;
      const options = { protocol, httpVersion, useBinaryFormat };
      const connect: Connect = (baseUrl) => node.createSecureTokenClient({ ...options, baseUrl });
      tokenServiceSuite(name, overHttp(connect));
    }
  }
}

for (const useBinaryFormat of [true, false]) {
  const connect: Connect = (baseUrl) => node.createSecureTokenClient({ useBinaryFormat, baseUrl });
  tokenServiceSuite(`grpc, ${useBinaryFormat ? "binary" : "JSON"}`, overHttp(connect));
}

tokenServiceSuite(
  "grpc-js",
  overHttp((address) => grpcJs.createSecureTokenClient({ address })),
);

for (const protocol of ["connect", "grpc-web"] as const) {
  for (const useBinaryFormat of [true, false]) {
    const connect: Connect = (baseUrl) =>
      web.createSecureTokenClient({ protocol, useBinaryFormat, baseUrl });
    const name = `web: ${protocol}, ${useBinaryFormat ? "binary" : "JSON"}`;
    tokenServiceSuite(name, overHttp(connect));
  }
}

for (const [name, connect] of Object.entries({
  "connect, HTTP/1.1": (baseUrl) =>
    node.createSecureTokenClient({ baseUrl, protocol: "connect", httpVersion: "1.1" }),
  "connect, HTTP/2, JSON": (baseUrl) =>
    node.createSecureTokenClient({ baseUrl, protocol: "connect", useBinaryFormat: false }),
  grpc: (baseUrl) => node.createSecureTokenClient({ baseUrl }),
  "grpc-js": (address) => grpcJs.createSecureTokenClient({ address }),
} satisfies Record<string, Connect>)) {
  tokenServiceSuite(`${name}, UNARY_ADAPTER=off`, overHttp(connect, false));
}

/** One service, server and client for each key of the cases. */
const opened = new Map<string, Promise<Harness>>();
after(async () => {
  for (const harness of opened.values()) await (await harness).close();
});

// Nothing is skipped: the client refuses what a message cannot carry with the words of the core.
compatSuite("gRPC", async (key, nowMicros) => {
  const name = JSON.stringify(key);
  if (!opened.has(name)) opened.set(name, openGrpc(key));
  const { client, service } = await (opened.get(name) as Promise<Harness>);
  service.clock.micros = nowMicros;
  return client;
});

async function openGrpc(key: KeyChoice): Promise<Harness> {
  const { defaultExpirationHours } = key;
  // The Python library has no sessions: its refresh has no end.
  const hours = { defaultExpirationHours, maxSessionHours: 87_600 };
  const service: TestService = await createTestService(key, hours);
  const server = await serveAsProduct(service);
  const client = node.createSecureTokenClient({ baseUrl: server.baseUrl });
  const close = async () => {
    client.close();
    await server.close();
  };
  return { client, service, close };
}

/** The driver of the TypeScript client, over the entry point that the first argument names. */
import { createInterface } from "node:readline";
import * as grpcJs from "../../../../src/client/grpc-js.js";
import * as node from "../../../../src/client/node.js";
import type { SecureTokenClient } from "../../../../src/client/token-client.js";
import * as web from "../../../../src/client/web.js";
import { call } from "./calls.js";
import { describeError, writeExactJson } from "./json.js";

/** How a request says that the service is reached; README.md of the corpus. */
interface Connection {
  readonly address: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number;
}

const CREATE: Record<string, (connection: Connection) => SecureTokenClient> = {
  node: ({ address, apiKey, timeoutMs }) =>
    node.createSecureTokenClient({
      baseUrl: `http://${address}`,
      apiKey,
      defaultTimeoutMs: timeoutMs,
    }),
  web: ({ address, apiKey, timeoutMs }) =>
    web.createSecureTokenClient({
      baseUrl: `http://${address}`,
      apiKey,
      defaultTimeoutMs: timeoutMs,
    }),
  "grpc-js": ({ address, apiKey, timeoutMs }) =>
    grpcJs.createSecureTokenClient({
      address: `http://${address}`,
      apiKey,
      defaultTimeoutMs: timeoutMs,
    }),
};

const create = CREATE[process.argv[2] ?? ""];
if (!create) throw new Error(`the first argument is one of ${Object.keys(CREATE)}`);
const clients = new Map<string, SecureTokenClient>();
for await (const line of createInterface({ input: process.stdin })) {
  const { id, rpc, request, connection } = JSON.parse(line);
  const key = JSON.stringify(connection);
  const client = clients.get(key) ?? create(connection);
  clients.set(key, client);
  process.stdout.write(`${writeExactJson(await answer(id, client, rpc, request))}\n`);
}
for (const client of clients.values()) client.close();

async function answer(id: string, client: SecureTokenClient, rpc: string, request: object) {
  try {
    return { id, ok: true, result: await call(client, rpc, request) };
  } catch (error) {
    return { id, ok: false, error: describeError(error) };
  }
}

/** The driver of the TypeScript client, over the entry point that the first argument names. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import * as grpcJs from "../../../../src/client/grpc-js.js";
import * as node from "../../../../src/client/node.js";
import type { SecureTokenClient } from "../../../../src/client/token-client.js";
import * as web from "../../../../src/client/web.js";
import { call } from "./calls.js";
import { type GuardedServer, startGuarded } from "./guards.js";
import { describeError, writeExactJson } from "./json.js";
import { Watched } from "./watched.js";

/** How a request says that the service is reached; README.md of the corpus. */
interface Connection {
  readonly address: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number;
  readonly tls?: { readonly caFile: string; readonly certFile?: string; readonly keyFile?: string };
}

/** What the three entry points take alike. */
const common = ({ apiKey, timeoutMs }: Connection) => ({ apiKey, defaultTimeoutMs: timeoutMs });
const urlOf = ({ address, tls }: Connection) => `${tls ? "https" : "http"}://${address}`;
const read = (file: string | undefined) => (file === undefined ? null : readFileSync(file));

const CREATE: Record<string, (connection: Connection) => SecureTokenClient> = {
  node: (connection) =>
    node.createSecureTokenClient({
      baseUrl: urlOf(connection),
      ...common(connection),
      ...(connection.tls && {
        nodeOptions: {
          ca: readFileSync(connection.tls.caFile),
          ...(connection.tls.certFile && {
            cert: readFileSync(connection.tls.certFile),
            key: readFileSync(connection.tls.keyFile as string),
          }),
        },
      }),
    }),
  // What a web client trusts is the platform's: driver.json gives Node the authority.
  web: (connection) =>
    web.createSecureTokenClient({ baseUrl: urlOf(connection), ...common(connection) }),
  "grpc-js": (connection) =>
    grpcJs.createSecureTokenClient({
      address: urlOf(connection),
      ...common(connection),
      ...(connection.tls && {
        credentials: credentials.createSsl(
          read(connection.tls.caFile),
          read(connection.tls.keyFile),
          read(connection.tls.certFile),
        ),
      }),
    }),
};

const [, , entry = ""] = process.argv;
const create = CREATE[entry];
if (!create) throw new Error(`the first argument is one of ${Object.keys(CREATE)}`);
const clients = new Map<string, SecureTokenClient>();
const guarded = new Map<string, GuardedServer>();
const watched = new Watched();
for await (const line of createInterface({ input: process.stdin })) {
  const { id, rpc, request, guard, watch, connection } = JSON.parse(line);
  if (watch) {
    const result = await watched.do(watch, () => create(connection));
    process.stdout.write(`${JSON.stringify({ id, ok: true, result })}\n`);
    continue;
  }
  const key = JSON.stringify(connection);
  const client = clients.get(key) ?? create(connection);
  clients.set(key, client);
  const answered = guard
    ? await protect(id, client, guard, key)
    : await answer(id, client, rpc, request);
  process.stdout.write(`${writeExactJson(answered)}\n`);
}
for (const server of guarded.values()) await server.close();
for (const client of clients.values()) client.close();

async function protect(id: string, client: SecureTokenClient, guard: object, connection: string) {
  const key = JSON.stringify([guard, connection]);
  try {
    const server = guarded.get(key) ?? (await startGuarded(entry, client, guard as never));
    guarded.set(key, server);
    return { id, ok: true, result: { address: server.address } };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { id, ok: false, error: { kind: "POLICY", message: error.message } };
  }
}

async function answer(id: string, client: SecureTokenClient, rpc: string, request: object) {
  try {
    return { id, ok: true, result: await call(client, rpc, request) };
  } catch (error) {
    return { id, ok: false, error: describeError(error) };
  }
}

/** The shared log over TLS: whom a server trusts, and what it says where it does not. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { createSecureTokenClient } from "../../src/client/node.js";
import { freePort } from "../support/free-port.js";
import { skipWithoutPostgres, startPostgres } from "../support/postgres.js";
import { skipWithoutRedis, startRedis } from "../support/redis.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../support/server-process.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";
import { eventually } from "../support/worker-lines.js";

const PASSWORD = "fleet-password";
const folder = scratchFolder();
const [certificate, key] = [join(folder, "server.pem"), join(folder, "server.key")];
writeFileSync(certificate, TEST_CERTIFICATE);
writeFileSync(key, TEST_CERTIFICATE_KEY);

/** An engine that takes TLS. */
interface TlsEngine {
  readonly port: number;
  url(host: string, port: number): string;
  close(): Promise<void>;
}

async function postgres(): Promise<TlsEngine> {
  const engine = await startPostgres();
  return {
    port: engine.port,
    url: (host, port) => `postgres://test:${PASSWORD}@${host}:${port}/postgres?sslmode=verify-full`,
    close: () => engine.close(),
  };
}

async function redis(): Promise<TlsEngine> {
  const port = await freePort();
  const engine = await startRedis([
    ...["--tls-port", `${port}`, "--tls-auth-clients", "no"],
    ...["--tls-cert-file", certificate, "--tls-key-file", key],
    ...["--user", "fleet", "on", `>${PASSWORD}`, "~*", "&*", "+@all"],
  ]);
  return {
    port,
    url: (host, at) => `rediss://fleet:${PASSWORD}@${host}:${at}`,
    close: () => engine.close(),
  };
}

for (const [name, startEngine, skip] of [
  ["PostgreSQL", postgres, skipWithoutPostgres()],
  ["Redis", redis, skipWithoutRedis()],
] as const) {
  describe(`a log in ${name} over TLS`, { skip }, () => {
    let engine: TlsEngine;
    const running: ServerProcess[] = [];
    const start = async (host: string, port: number, env: Record<string, string>) => {
      const REVOCATION_LOG = engine.url(host, port);
      const server = await startServer({ REVOCATION_LOG, DATA_DIR: scratchFolder(), ...env });
      running.push(server);
      return { server, client: createSecureTokenClient({ baseUrl: server.url }) };
    };
    const assertRefused = async (host: string, port: number, env: object, why: RegExp) => {
      const { server, client } = await start(host, port, { ...env });
      await eventually(() => /revocation log is away/.test(server.output()));
      assert.match(server.output(), why);
      await assert.rejects(client.revokeTokens([{ tokenId: "x" }]), /could not be stored/);
      client.close();
      assert.doesNotMatch(server.output(), new RegExp(PASSWORD));
    };
    before(async () => {
      engine = await startEngine();
    });
    after(() => engine.close());
    afterEach(async () => {
      for (const server of running.splice(0)) await server.end("SIGKILL");
    });

    it("is followed where its certificate's authority is known", async () => {
      const env = { NODE_EXTRA_CA_CERTS: certificate };
      const { client, server } = await start("localhost", engine.port, env);
      const { token } = await client.generateToken("u");
      await client.revokeTokens([{ token }]);
      await assert.rejects(client.validateToken(token), { reason: "TOKEN_REVOKED" });
      client.close();
      assert.doesNotMatch(server.output(), /is away/);
    });

    it("is not talked to where another authority has signed, and the log says why", async () => {
      await assertRefused("localhost", engine.port, {}, /SELF_SIGNED_CERT/);
    });
  });
}

describe("a log in Redis over TLS", { skip: skipWithoutRedis() }, () => {
  it("is not talked to where the certificate is for another name", async () => {
    const engine = await redis();
    const elsewhere = createServer((socket) => {
      const upstream = connect(engine.port, "127.0.0.1");
      socket.pipe(upstream).pipe(socket);
      for (const each of [socket, upstream]) each.on("error", () => {});
    }).listen(0, "127.0.0.2");
    await once(elsewhere, "listening");
    const { port } = elsewhere.address() as AddressInfo;
    const server = await startServer({
      REVOCATION_LOG: engine.url("127.0.0.2", port),
      DATA_DIR: scratchFolder(),
      NODE_EXTRA_CA_CERTS: certificate,
    });
    await eventually(() => /revocation log is away/.test(server.output()));
    assert.match(server.output(), /ERR_TLS_CERT_ALTNAME_INVALID/);
    await server.end("SIGKILL");
    elsewhere.close();
    await engine.close();
  });
});

/** TLS sessions that clients resume at a server with workers: none counts for more than its handshake would now. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import { ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../support/server-process.js";
import { eventually, logLines } from "../support/worker-lines.js";

const WORKERS = 2;
const pem = (name: string) => readFileSync(join(ROOT, "test/support/certs", name), "utf8");
const REQUEST =
  "POST /securetoken.v1.TokenService/ExportConfig HTTP/1.1\r\nHost: localhost\r\n" +
  "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
const CALLERS = JSON.stringify({
  callers: [
    {
      name: "listed",
      certificates: [{ dns_name: "listed.example.org" }],
      rpcs: ["ExportConfig"],
    },
  ],
});
const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

it("a TLS session is resumed by its own worker alone, and by none that starts after its authority is replaced", async (t) => {
  const folder = scratchFolder();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const server = await startServer({
    WORKERS: String(WORKERS),
    CALLERS_FILE: file("callers.json", CALLERS),
    TLS_CERT_FILE: file("cert.pem", pem("server.pem")),
    TLS_KEY_FILE: file("key.pem", pem("server.key")),
    TLS_CLIENT_CA_FILE: file("ca.pem", pem("list-ca.pem")),
  });
  t.after(() => server.end("SIGKILL"));
  const tickets = new Map<SecureVersion, Buffer>();
  for (const version of VERSIONS) {
    const { status, session } = await call(server, version);
    assert.equal(status, "200", `${version}, before the change`);
    tickets.set(version, session);
    // The workers take connections in turn. Another one has not seen the authorities between.
    const again = [await call(server, version, session), await call(server, version, session)];
    assert.deepEqual(again.map(({ isResumed }) => isResumed).sort(), [false, true], version);
    assert.deepEqual(new Set(again.map(({ status }) => status)), new Set(["200"]));
  }

  const inForce = () => logLines(server, "in force").filter(({ file }) => file === "tls_files");
  const loaded = inForce().length;
  file("ca.pem", pem("ca.pem"));
  await eventually(() => inForce().length === loaded + WORKERS);
  server.process.kill("SIGUSR2");
  await eventually(() => logLines(server, "rolling restart done").length === 1);

  for (const version of VERSIONS) {
    for (let i = 0; i < WORKERS; i++) {
      const { status } = await call(server, version, tickets.get(version));
      assert.equal(status, "401", `${version}, connection ${i + 1} after the restart`);
    }
  }
});

/** Calls as "listed", and gives the answer's status and the last session that the server has issued. */
async function call({ port }: ServerProcess, version: SecureVersion, session?: Buffer) {
  const socket: TLSSocket = connect({
    port,
    host: "localhost",
    ca: pem("ca.pem"),
    cert: pem("listed.pem"),
    key: pem("listed.key"),
    minVersion: version,
    maxVersion: version,
    ...(session && { session }),
  });
  let answer = "";
  let issued: Buffer | undefined;
  let isResumed = false;
  socket.on("secureConnect", () => {
    isResumed = socket.isSessionReused();
  });
  socket.on("session", (ticket) => {
    issued = ticket;
  });
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(REQUEST);
  await once(socket, "close");
  const status = answer.slice("HTTP/1.1 ".length).slice(0, 3);
  return { status, isResumed, session: issued as Buffer };
}

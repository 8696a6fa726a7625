/** When a client certificate stops to count: at its end, with its authority, by a revocation list. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { Agent, request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, it, mock } from "node:test";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import pino from "pino";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { parseCallers } from "../../src/server/callers/callers-file.js";
import { createServer, type Server } from "../../src/server/server.js";
import { readSettled } from "../../src/server/watched-file.js";
import { fixedManager } from "../support/fixed-manager.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { runCommand, startServer } from "../support/server-process.js";

const pem = (name: string) =>
  readFileSync(new URL(`../support/certs/${name}`, import.meta.url), "utf8");
const CA = pem("ca.pem");
const LIST_CA = pem("list-ca.pem");
const SERVER = { cert: pem("server.pem"), key: pem("server.key") };
const CALLERS = JSON.stringify({
  callers: [
    {
      name: "admin",
      certificates: [{ spiffe_id: "spiffe://example.org/admin" }],
      rpcs: ["ExportConfig"],
    },
    {
      name: "chained",
      certificates: [{ dns_name: "chained.example.org" }],
      rpcs: ["ExportConfig"],
    },
    {
      name: "listed",
      certificates: [{ dns_name: "listed.example.org" }],
      rpcs: ["ExportConfig"],
    },
    {
      name: "unlisted",
      certificates: [{ dns_name: "UNLISTED.example.org" }],
      rpcs: ["ExportConfig"],
    },
    {
      name: "lapsed",
      certificates: [{ dns_name: "lapsed.example.org" }],
      rpcs: ["ExportConfig"],
    },
  ],
});

let server: Server;
let port: number;
const sessions: ClientHttp2Session[] = [];
const agents: Agent[] = [];
before(async () => {
  const manager = await fixedManager();
  const callers = new KnownCallers(parseCallers(CALLERS), () => false);
  const logger = pino({ level: "silent" });
  server = createServer({ manager, logger, callers, tls: { ...SERVER, clientCa: CA } });
  ({ port } = await server.listen(0, "127.0.0.1"));
});
after(() => server.close(0));
afterEach(() => {
  mock.restoreAll();
  for (const session of sessions.splice(0)) session.destroy();
  for (const agent of agents.splice(0)) agent.destroy();
  server.replaceTls({ ...SERVER, clientCa: CA });
});

const identity = (name: string): ConnectionOptions => ({
  ca: CA,
  servername: "localhost",
  cert: pem(`${name}.pem`),
  key: pem(`${name}.key`),
});

function open(name: string, to = port): ClientHttp2Session {
  const session = connect(`https://localhost:${to}`, identity(name));
  session.on("error", () => {});
  sessions.push(session);
  return session;
}

/** Whether ExportConfig is answered; 401 where the certificate names nobody. */
function admitted(session: ClientHttp2Session): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": "/securetoken.v1.TokenService/ExportConfig",
      "content-type": "application/json",
    });
    stream.on("response", ({ ":status": status }) => {
      stream.resume();
      if (status === 200 || status === 401) resolve(status === 200);
      else reject(new Error(`status ${status}`));
    });
    stream.on("error", reject);
    stream.end("{}");
  });
}

/** An HTTP/1.1 client that keeps its connection for as long as the server lets it. */
function keep(name: string, to = port) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...identity(name) });
  agents.push(agent);
  return () =>
    new Promise<string>((resolve, reject) => {
      const request = httpsRequest(
        {
          agent,
          host: "localhost",
          port: to,
          method: "POST",
          path: "/securetoken.v1.TokenService/ExportConfig",
          headers: { "content-type": "application/json" },
        },
        (response) => {
          const verdict = response.statusCode === 200 ? "admitted" : "refused";
          const connection = request.reusedSocket ? "the same connection" : "a new connection";
          response.resume();
          response.on("end", () => resolve(`${verdict} on ${connection}`));
        },
      );
      request.on("error", reject);
      request.end("{}");
    });
}

describe("a client certificate", () => {
  it("counts no more after its end, on a connection that is kept", async () => {
    const session = open("admin");
    assert.equal(await admitted(session), true);
    let now = "2200-01-01";
    mock.method(Date, "now", () => Date.parse(now));
    assert.equal(await admitted(session), false);
    now = "2020-01-01";
    assert.equal(await admitted(session), false, "nor before its beginning");
    mock.restoreAll();
    assert.equal(await admitted(session), true);
  });

  it("counts no more after the end of an authority between, on a connection that is kept", async () => {
    server.replaceTls({ ...SERVER, clientCa: pem("chain-ca.pem") });
    const session = open("chained");
    assert.equal(await admitted(session), true);
    mock.method(Date, "now", () => Date.parse("2110-01-01"));
    assert.equal(await admitted(session), false);
  });

  /** Opens a connection of a client, and then others that resume its session. */
  const resumable = async (name: string, ca: string) => {
    const options = { ...identity(name), port, host: "localhost", ALPNProtocols: ["http/1.1"] };
    server.replaceTls({ ...SERVER, clientCa: ca });
    let ticket: Buffer | undefined;
    const first = connectTls(options);
    first.on("session", (session) => {
      ticket = session;
    });
    assert.equal(await http1Admitted(first), true);
    return async () => {
      const resumed = connectTls({ ...options, session: ticket as Buffer });
      let reused = false;
      resumed.on("secureConnect", () => {
        reused = resumed.isSessionReused();
      });
      const isAdmitted = await http1Admitted(resumed);
      assert.equal(reused, true);
      return isAdmitted;
    };
  };

  it("counts no more after its end, in a session that is resumed", async () => {
    const again = await resumable("admin", CA);
    assert.equal(await again(), true);
    mock.method(Date, "now", () => Date.parse("2200-01-01"));
    assert.equal(await again(), false);
  });

  it("counts no more after the end of an authority between, in a session that is resumed", async () => {
    const again = await resumable("chained", pem("chain-ca.pem"));
    assert.equal(await again(), true);
    mock.method(Date, "now", () => Date.parse("2110-01-01"));
    assert.equal(await again(), false);
  });

  it("counts no more once its authority is replaced, until a new handshake", async () => {
    const kept = keep("admin");
    assert.equal(await kept(), "admitted on a new connection");
    server.replaceTls({ ...SERVER, clientCa: CA });
    assert.equal(await kept(), "admitted on the same connection", "the same authority as before");
    server.replaceTls({ ...SERVER, clientCa: LIST_CA });
    assert.equal(await kept(), "refused on the same connection");
    assert.equal(await admitted(open("admin")), false);
    assert.equal(await admitted(open("listed")), true);
    server.replaceTls({ ...SERVER, clientCa: CA + LIST_CA });
    assert.equal(await kept(), "admitted on a new connection", "the last answer ended the old one");
    assert.equal(await admitted(open("admin")), true);
  });

  it("makes clients of HTTP/1.1 come back when its authority is replaced, admitted or not", async () => {
    const kept = keep("unlisted");
    server.replaceTls({ ...SERVER, clientCa: LIST_CA });
    assert.equal(await kept(), "admitted on a new connection");
    server.replaceTls({ ...SERVER, clientCa: CA });
    server.replaceTls({ ...SERVER, clientCa: LIST_CA });
    assert.equal(await kept(), "refused on the same connection", "for an old handshake");
    assert.equal(await kept(), "admitted on a new connection");
    assert.equal(await kept(), "admitted on the same connection");
  });

  it("makes clients of HTTP/2 come back when its authority is replaced", async () => {
    const session = open("admin");
    assert.equal(await admitted(session), true);
    const told = new Promise((resolve) => session.once("goaway", resolve));
    server.replaceTls({ ...SERVER, clientCa: CA + LIST_CA });
    assert.equal(await told, 0);
    assert.equal(await admitted(open("admin")), true);
  });

  it("counts no more when its authority is replaced during its handshake", async () => {
    const raw = connectTcp(port, "127.0.0.1");
    await new Promise((resolve) => raw.once("connect", resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.replaceTls({ ...SERVER, clientCa: LIST_CA });
    const socket = connectTls({ ...identity("admin"), socket: raw });
    assert.equal(await http1Admitted(socket), false);
  });

  it("counts no more once a list revokes it, on connections of before too", async () => {
    const lists = { ...SERVER, clientCa: LIST_CA };
    server.replaceTls({ ...lists, clientCrl: pem("empty.crl.pem") });
    const kept = keep("listed");
    assert.equal(await kept(), "admitted on a new connection");
    server.replaceTls({ ...lists, clientCrl: pem("listed.crl.pem") });
    assert.equal(await kept(), "refused on the same connection");
    assert.equal(await kept(), "refused on a new connection");
    assert.equal(await admitted(open("listed")), false);
    assert.equal(await admitted(open("unlisted")), true);
  });

  it("of an authority without a list counts for nothing where there are lists", async () => {
    const clientCrl = pem("empty.crl.pem");
    server.replaceTls({ ...SERVER, clientCa: CA + LIST_CA, clientCrl });
    assert.equal(await admitted(open("admin")), false);
    assert.equal(await admitted(open("unlisted")), true);
  });

  it("of an authority whose list has not been renewed counts for nothing, whoever is on the list", async () => {
    const clientCa = LIST_CA + pem("lapsed-ca.pem");
    server.replaceTls({ ...SERVER, clientCa });
    assert.equal(await admitted(open("lapsed")), true);
    server.replaceTls({
      ...SERVER,
      clientCa,
      clientCrl: pem("lapsed.crl.pem") + pem("empty.crl.pem"),
    });
    assert.equal(await admitted(open("lapsed")), false);
    assert.equal(
      await admitted(open("unlisted")),
      true,
      "of another authority, with a list that holds",
    );
  });

  /** The same over HTTP/1.1, for sockets that a test has made. */
  function http1Admitted(socket: TLSSocket): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let answer = "";
      socket.write(
        "POST /securetoken.v1.TokenService/ExportConfig HTTP/1.1\r\nHost: localhost\r\n" +
          "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
      );
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(answer.startsWith("HTTP/1.1 200")));
    });
  }
});

describe("the files of a server with mTLS", () => {
  it("are followed: a list that revokes, and never an authority that is gone", async () => {
    const folder = scratchFolder();
    const at = (name: string) => join(folder, name);
    writeFileSync(at("cert.pem"), SERVER.cert);
    writeFileSync(at("key.pem"), SERVER.key, { mode: 0o600 });
    writeFileSync(at("ca.pem"), LIST_CA);
    writeFileSync(at("crl.pem"), pem("empty.crl.pem"));
    writeFileSync(at("callers.json"), CALLERS, { mode: 0o600 });
    const settings = {
      CALLERS_FILE: at("callers.json"),
      TLS_CERT_FILE: at("cert.pem"),
      TLS_KEY_FILE: at("key.pem"),
      TLS_CLIENT_CA_FILE: at("ca.pem"),
      TLS_CLIENT_CRL_FILE: at("crl.pem"),
    };
    const running = await startServer(settings);
    const count = (text: string) => running.output().split(text).length - 1;
    const until = async (text: string, times: number) => {
      while (count(text) < times) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const inForce = '"file":"tls_files","msg":"in force"';
    const loaded = count(inForce);
    const kept = keep("listed", running.port);
    assert.equal(await kept(), "admitted on a new connection");

    writeFileSync(at("ca.pem"), "");
    await until('"file":"tls_files","faults":["TLS_CLIENT_CA_FILE is empty"]', 1);
    assert.equal(await admitted(open("admin", running.port)), false);
    assert.match(await kept(), /^admitted on the same/, "what was in force before stays");
    writeFileSync(at("ca.pem"), LIST_CA);
    await until(inForce, loaded + 1);

    writeFileSync(at("crl.pem"), pem("listed.crl.pem"));
    await until(inForce, loaded + 2);
    assert.match(await kept(), /^refused/);
    assert.equal(await admitted(open("unlisted", running.port)), true);
    await running.end();

    for (const [text, message] of [
      ["", /TLS_CLIENT_CRL_FILE is empty/],
      [LIST_CA, /TLS_CLIENT_CRL_FILE holds no revocation list/],
      [pem("empty.crl.pem").replace(/\n[A-Za-z0-9+/]{8}/, "\nAAAAAAAA"), /list 1 cannot be read/],
    ] as const) {
      writeFileSync(at("crl.pem"), text);
      const { code, output } = await runCommand(["serve"], { ...settings, PORT: "0" });
      assert.equal(code, 78);
      assert.match(output, message);
    }
  });

  it("are not taken while they are being written", async () => {
    const path = join(scratchFolder(), "bundle.pem");
    writeFileSync(path, CA);
    let parts = 8;
    const writer = setInterval(() => {
      if (parts-- > 0) appendFileSync(path, LIST_CA);
      else clearInterval(writer);
    }, 20);
    const { bytes } = await readSettled(path);
    assert.equal(bytes.toString(), CA + LIST_CA.repeat(8));
  });
});

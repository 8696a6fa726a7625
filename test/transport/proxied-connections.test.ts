/** The PROXY protocol, version 2: in front of HTTP/1.1, HTTP/2 and TLS, from proxies that are trusted, and nobody else. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { pino } from "pino";
import { clientInProxyHeader, proxyBodySize } from "../../src/transport/proxy-header.js";
import { PREFACE } from "../attack/frames.js";
import {
  frame,
  REQUEST as H2_REQUEST,
  headers as headerFrame,
  RawClient,
  TYPE,
} from "../http2/raw-client.js";
import { type RunningServer, startTestServer } from "../support/server.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";
import { eventually } from "../support/worker-lines.js";

const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
const IPV4 = Buffer.from("cb007109c0a80001d4311f90", "hex");
const IPV6 = Buffer.concat([
  Buffer.from("20010db8000200000000000000000009", "hex"),
  Buffer.from("20010db8000100000000000000000001", "hex"),
  Buffer.from("d4311f90", "hex"),
]);
/** A fact that says nothing (PP2_TYPE_NOOP), with two octets. */
const FACT = Buffer.from("0400020000", "hex");

/** A header; by default of a client at 203.0.113.9. */
function header(body: Buffer = IPV4, family = 0x11, versionAndCommand = 0x21): Buffer {
  const head = Buffer.alloc(4, Buffer.from([versionAndCommand, family]));
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([SIGNATURE, head, body]);
}

function read(bytes: Buffer): string | undefined {
  const size = proxyBodySize(bytes.subarray(0, 16));
  return clientInProxyHeader(bytes.subarray(0, 16), bytes.subarray(16, 16 + size));
}

describe("a PROXY header", () => {
  for (const [what, bytes, client] of [
    ["IPv4", header(), "203.0.113.9"],
    ["IPv4 and facts", header(Buffer.concat([IPV4, FACT, FACT])), "203.0.113.9"],
    ["IPv6", header(IPV6, 0x21), "2001:db8:2::9"],
    ["the proxy's own connection", header(Buffer.from("junk"), 0, 0x20), undefined],
    ["a kind that the proxy does not know", header(Buffer.alloc(0), 0), undefined],
  ] as const) {
    it(`tells the client: ${what}`, () => assert.equal(read(bytes), client));
  }

  for (const [what, bytes] of [
    ["another signature", Buffer.concat([Buffer.alloc(12), header().subarray(12)])],
    ["version 1 of the protocol", Buffer.from("PROXY TCP4 203.0.113.9 192.168.0.1 54321 8080\r\n")],
    ["another version", header(IPV4, 0x11, 0x31)],
    ["an unknown command", header(IPV4, 0x11, 0x22)],
    ["UDP", header(IPV4, 0x12)],
    ["a socket of Unix", header(Buffer.alloc(216), 0x31)],
    ["IPv4 addresses of 11 octets", header(IPV4.subarray(1))],
    ["IPv6 addresses of 12 octets", header(IPV4, 0x21)],
    ["a fact that goes beyond its end", header(Buffer.concat([IPV4, FACT.subarray(0, 4)]))],
    ["half of a fact's head", header(Buffer.concat([IPV4, FACT.subarray(0, 2)]))],
    ["more than 2,048 octets", header(Buffer.alloc(2_049))],
  ] as const) {
    it(`is refused: ${what}`, () => assert.throws(() => read(bytes), /PROXY header/));
  }
});

const REQUEST =
  "POST /securetoken.v1.TokenService/ExportConfig HTTP/1.1\r\nHost: localhost\r\n" +
  "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
/** The preface, SETTINGS, and a request for /x of HTTP/2, which is no call. */
const HTTP2 = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from("000000040000000000", "hex"),
  Buffer.from("0000110105000000018386", "hex"),
  Buffer.from("04022f78", "hex"),
  Buffer.from("41096c6f63616c686f7374", "hex"),
]);
/** The status 404 as HPACK's static table has it. */
const NOT_FOUND = 0x8d;

const lines: string[] = [];
const cuts: string[] = [];
const servers: RunningServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function start(deps: Parameters<typeof startTestServer>[0] = {}): Promise<number> {
  lines.length = 0;
  cuts.length = 0;
  const server = await startTestServer({
    logger: pino({ base: null }, { write: (line: string) => lines.push(line) }),
    observer: {
      started() {},
      ended() {},
      refusedRequest() {},
      connectionCut: (reason) => cuts.push(reason),
    },
    trustedProxies: ["127.0.0.1"],
    proxyHeaders: true,
    ...deps,
  });
  servers.push(server);
  return Number(new URL(server.url).port);
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** The first octets of an answer; none where the connection is closed without one. */
async function answerOf(socket: Socket): Promise<Buffer> {
  const [first] = await Promise.race([once(socket, "data"), once(socket, "close")]);
  socket.destroy();
  return Buffer.isBuffer(first) ? first : Buffer.alloc(0);
}

async function loggedPeer(): Promise<unknown> {
  await eventually(() => lines.length > 0);
  return JSON.parse(lines[0] as string).peer;
}

describe("a port with PROXY_PROTOCOL", () => {
  it("reads the header in front of HTTP/1.1, and names the client", async () => {
    const socket = await open(await start());
    socket.write(Buffer.concat([header(), Buffer.from(REQUEST)]));
    assert.match((await answerOf(socket)).toString(), /^HTTP\/1\.1 200/);
    assert.equal(await loggedPeer(), "203.0.113.9");
  });

  it("reads it in single octets", async () => {
    const socket = await open(await start());
    for (const octet of header(IPV6, 0x21)) {
      socket.write(Buffer.of(octet));
      await new Promise(setImmediate);
    }
    socket.write(REQUEST);
    assert.match((await answerOf(socket)).toString(), /^HTTP\/1\.1 200/);
    assert.equal(await loggedPeer(), "2001:db8:2::9");
  });

  it("reads it in front of HTTP/2", async () => {
    const socket = await open(await start());
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    socket.write(Buffer.concat([header(), HTTP2]));
    await eventually(() => received.includes(NOT_FOUND));
    socket.destroy();
    assert.equal(await loggedPeer(), "203.0.113.9");
  });

  it("reads it in front of TLS", async () => {
    const port = await start({ tls: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY } });
    const socket = await open(port);
    socket.write(header());
    const secured = connectTls({ socket, ca: TEST_CERTIFICATE, servername: "localhost" });
    await once(secured, "secureConnect");
    secured.write(REQUEST);
    assert.match((await answerOf(secured)).toString(), /^HTTP\/1\.1 200/);
    assert.equal(await loggedPeer(), "203.0.113.9");
  });

  it("reads the TLS that came together with it", async () => {
    const port = await start({ tls: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY } });
    const socket = await open(port);
    const write = socket.write.bind(socket) as Socket["write"];
    socket.cork();
    write(header());
    const secured = connectTls({ socket, ca: TEST_CERTIFICATE, servername: "localhost" });
    setImmediate(() => socket.uncork());
    await once(secured, "secureConnect");
    secured.write(REQUEST);
    assert.match((await answerOf(secured)).toString(), /^HTTP\/1\.1 200/);
    assert.equal(await loggedPeer(), "203.0.113.9");
  });

  it("names the proxy where the header is about its own connection", async () => {
    const socket = await open(await start());
    socket.write(Buffer.concat([header(Buffer.alloc(0), 0, 0x20), Buffer.from(REQUEST)]));
    assert.match((await answerOf(socket)).toString(), /^HTTP\/1\.1 200/);
    assert.equal(await loggedPeer(), "127.0.0.1");
  });

  it("believes an x-forwarded-for behind a header that names a proxy", async () => {
    const port = await start({ trustedProxies: ["127.0.0.1", "203.0.113.0/24"] });
    const socket = await open(port);
    const forwarded = REQUEST.replace("\r\n", "\r\nX-Forwarded-For: 198.51.100.7\r\n");
    socket.write(Buffer.concat([header(), Buffer.from(forwarded)]));
    await answerOf(socket);
    assert.equal(await loggedPeer(), "198.51.100.7");
  });

  it("believes no x-forwarded-for of the client that the header names", async () => {
    const socket = await open(await start());
    const forwarded = REQUEST.replace("\r\n", "\r\nX-Forwarded-For: 198.51.100.7\r\n");
    socket.write(Buffer.concat([header(), Buffer.from(forwarded)]));
    await answerOf(socket);
    assert.equal(await loggedPeer(), "203.0.113.9");
  });

  it("takes the connection for one client's, which 500 requests that are none cut", async () => {
    const client = await RawClient.connect(await start());
    client.send(header(), PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0)));
    const malformed = { ...H2_REQUEST, te: "gzip" };
    client.send(...Array.from({ length: 500 }, (_, i) => headerFrame(2 * i + 1, malformed)));
    await client.settle();
    assert.equal(client.ended, true);
    client.close();
  });

  it("takes a header of nobody else", async () => {
    const port = await start({ trustedProxies: ["10.0.0.0/8"] });
    const proxied = await open(port);
    proxied.write(Buffer.concat([header(), Buffer.from(REQUEST)]));
    assert.doesNotMatch((await answerOf(proxied)).toString(), /^HTTP\/1\.1 200/);
    lines.length = 0;
    const direct = await open(port);
    direct.write(REQUEST);
    assert.match((await answerOf(direct)).toString(), /^HTTP\/1\.1 200/);
    assert.equal(await loggedPeer(), "127.0.0.1");
  });

  for (const [what, bytes, reason] of [
    ["a request without one", Buffer.from(REQUEST), "no PROXY header"],
    ["one that is malformed", header(IPV4, 0x12), "a PROXY header that is not well-formed"],
  ] as const) {
    it(`closes and counts a connection of a proxy with ${what}`, async () => {
      const socket = await open(await start());
      socket.write(bytes);
      assert.equal((await answerOf(socket)).length, 0);
      await eventually(() => cuts.length > 0);
      assert.deepEqual(cuts, [reason]);
      assert.deepEqual(
        [JSON.parse(lines[0] as string)].map(({ msg, peer }) => [msg, peer]),
        [["connection cut", "127.0.0.1"]],
      );
    });
  }

  it("closes and counts a connection that ends within its header, wherever", async () => {
    const server = await start();
    const whole = header();
    for (let length = 0; length < whole.length; length++) {
      cuts.length = 0;
      const socket = await open(server);
      socket.end(whole.subarray(0, length));
      await once(socket.resume(), "close");
      await eventually(() => cuts.length > 0);
      assert.deepEqual(cuts, ["no PROXY header"], `after ${length} octets`);
    }
  });

  it("closes and counts a connection whose header does not come in time", async () => {
    const socket = await open(await start({ limits: { detectionTimeoutMs: 50 } }));
    socket.write(header().subarray(0, 20));
    await once(socket, "close");
    assert.deepEqual(cuts, ["no PROXY header in time"]);
  });
});

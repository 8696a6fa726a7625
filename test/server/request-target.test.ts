/** Requests whose first line names more than a path: what clients send that take the server for a proxy. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import pino from "pino";
import { ANYONE } from "../../src/server/callers/callers.js";
import { createServer, type Server } from "../../src/server/server.js";
import { fixedManager } from "../support/fixed-manager.js";

const CALL = "/securetoken.v1.TokenService/ExportConfig";
const OK = 200;
const NOT_FOUND = 404;
const MISDIRECTED = 421;

let server: Server;
let port: number;
before(async () => {
  const manager = await fixedManager();
  const logger = pino({ level: "silent" });
  // No host but loopback.
  server = createServer({ manager, logger, callers: ANYONE, allowedHosts: [] });
  ({ port } = await server.listen(0, "127.0.0.1"));
});
after(() => server.close(0));

/** Sends one request, whose answer ends the connection. */
async function send(firstLine: string, host = "localhost"): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const body = "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
  socket.write(`${firstLine} HTTP/1.1\r\nHost: ${host}\r\n${body}`);
  return text(socket);
}

describe("an HTTP/1.1 request", () => {
  for (const [what, target, status] of [
    ["a path", CALL, OK],
    ["a URL of the server", `http://localhost${CALL}`, OK],
    ["a URL with a port and in capitals", `HTTP://LOCALHOST:8080${CALL}?a=b`, OK],
    ["a URL of TLS, which a proxy has ended", `https://localhost${CALL}`, OK],
    ["a URL of another host, whatever Host says", `http://other.example${CALL}`, MISDIRECTED],
    ["a URL of another host in its user's place", `http://localhost@other.example/`, MISDIRECTED],
    ["a URL without a path", "http://localhost", NOT_FOUND],
    ["a URL of another scheme", `ftp://localhost${CALL}`, NOT_FOUND],
  ] as const) {
    it(`for ${what} is answered with ${status}`, async () => {
      assert.equal((await send(`POST ${target}`)).slice(9, 12), `${status}`);
    });
  }

  it("for a URL does not go by Host", async () => {
    const answer = await send(`POST http://localhost${CALL}`, "other.example");
    assert.equal(answer.slice(9, 12), `${OK}`);
  });

  it("for a tunnel is answered with 501", async () => {
    assert.match(await send("CONNECT other.example:443"), /^HTTP\/1\.1 501 /);
  });
});

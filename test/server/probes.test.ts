/** What balancers learn that probe the port of the calls. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pino } from "pino";
import { ANYONE } from "../../src/server/callers/callers.js";
import { createServer, type Server } from "../../src/server/server.js";
import { fixedManager } from "../support/fixed-manager.js";
import { sendHttp1, sendHttp2 } from "../support/raw-request.js";

describe("probes of the port", () => {
  const lines: string[] = [];
  let server: Server;
  let url: string;
  before(async () => {
    const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
    server = createServer({ manager: await fixedManager(), logger, callers: ANYONE });
    const { port } = await server.listen(0, "127.0.0.1");
    url = `http://127.0.0.1:${port}`;
  });
  after(() => server.close(0));

  for (const [name, send] of Object.entries({ "HTTP/1.1": sendHttp1, "HTTP/2": sendHttp2 })) {
    it(`have a status and no body over ${name}`, async () => {
      for (const path of ["/livez", "/readyz"]) {
        for (const method of ["GET", "HEAD"]) {
          const { status, body } = await send(url, { method, path });
          assert.deepEqual([status, body.length], [200, 0], `${method} ${path}`);
        }
        assert.equal((await send(url, { method: "POST", path })).status, 405);
      }
    });

    it(`take no call of gRPC over ${name} for a probe`, async () => {
      const headers = { "content-type": "application/grpc" };
      const answer = await send(url, { method: "POST", path: "/readyz", headers });
      assert.notEqual(answer.status, 405);
      lines.splice(0);
    });

    it(`are refused over ${name} while the server vouches for no token, without a line in the log`, async () => {
      server.setHealth("revocations", false);
      const [live, ready] = [
        await send(url, { method: "GET", path: "/livez" }),
        await send(url, { method: "GET", path: "/readyz?from=balancer" }),
      ];
      server.setHealth("revocations", true);
      assert.deepEqual([live.status, ready.status, ready.body.length], [200, 503, 0]);
      assert.deepEqual(lines, []);
    });
  }
});

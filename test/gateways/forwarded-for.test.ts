/** Behind the proxies of docs/proxies.md the log names the client by its own address, whatever it says of itself. */
import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { describe, it } from "node:test";
import pino from "pino";
import { startTestServer } from "../support/server.js";
import { eventually } from "../support/worker-lines.js";
import { skipWithout } from "../transport/peers/programs.js";
import { PROXIES, startProxy } from "../transport/peers/proxies.js";

/** The proxy's address, which alone is trusted, and the client's. */
const PROXY = "127.0.0.1";
const CLIENT = "127.0.0.2";
const CLAIMS = [undefined, "203.0.113.77", "203.0.113.77, 203.0.113.78", PROXY];

for (const proxy of PROXIES) {
  const skip = skipWithout(proxy.name, proxy.source, proxy.program());
  describe(`behind ${proxy.name}`, { skip }, () => {
    it("the peer of a call is the client, whatever its x-forwarded-for says", async (t) => {
      const peers: string[] = [];
      const logger = pino({}, { write: (line: string) => peers.push(JSON.parse(line).peer) });
      const server = await startTestServer({ logger, trustedProxies: [PROXY] });
      t.after(() => server.close());
      const running = await startProxy(proxy, Number(new URL(server.url).port));
      t.after(() => running.close());
      for (const claim of CLAIMS) assert.equal(await call(running.port, claim), 200);
      await eventually(() => peers.length >= CLAIMS.length);
      assert.deepEqual(
        peers,
        CLAIMS.map(() => CLIENT),
      );
    });
  });
}

/** Makes a call from CLIENT, and gives the status of its answer. */
function call(port: number, forwardedFor: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`http://${PROXY}:${port}`, {
      createConnection: () => connect({ host: PROXY, port, localAddress: CLIENT }),
    });
    session.on("error", reject);
    const stream = session.request({
      ":method": "POST",
      ":path": "/securetoken.v1.TokenService/ExportConfig",
      "content-type": "application/json",
      ...(forwardedFor !== undefined && { "x-forwarded-for": forwardedFor }),
    });
    stream.on("error", reject);
    stream.on("response", ({ ":status": status = 0 }) => {
      stream.resume();
      stream.on("close", () => {
        session.destroy();
        resolve(status);
      });
    });
    stream.end("{}");
  });
}

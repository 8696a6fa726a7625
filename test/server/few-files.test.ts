/** A server that may open few files keeps some for its own: under more connections than it can have, it follows its files. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { it } from "node:test";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { startServer } from "../support/server-process.js";

const FILES = 256;
const CROWD = 400;

it("a caller is revoked under more connections than files, and an honest one is served throughout", async () => {
  const path = join(scratchFolder(), "callers.json");
  const [kept, revoked] = [generateApiKey(), generateApiKey()];
  const row = (name: string, key: string) => ({
    name,
    api_keys: [{ sha256: digestApiKey(key) }],
    rpcs: ["ExportConfig"],
  });
  const write = (...callers: object[]) =>
    writeFileSync(path, JSON.stringify({ callers }), { mode: 0o600 });
  write(row("kept", kept), row("revoked", revoked));
  const server = await startServer({ CALLERS_FILE: path }, { openFiles: FILES });
  const session = connectHttp2(server.url);
  session.on("error", () => {});
  const statusFor = (key: string) =>
    new Promise<number>((resolve, reject) => {
      const stream = session.request({
        ":method": "POST",
        ":path": "/securetoken.v1.TokenService/ExportConfig",
        "content-type": "application/json",
        authorization: `Bearer ${key}`,
      });
      stream.on("response", (headers) => resolve(headers[":status"] ?? 0));
      stream.on("error", reject);
      stream.resume();
      stream.end("{}");
    });
  const crowd: Socket[] = [];
  try {
    assert.match(server.output(), /the limit of open files lowers the number of connections/);
    assert.deepEqual([await statusFor(kept), await statusFor(revoked)], [200, 200]);
    for (let i = 0; i < CROWD; i++) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => {});
      crowd.push(socket);
      await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => {});
      if (i % 50 === 0) assert.equal(await statusFor(kept), 200);
    }
    const loaded = () => server.output().split('"msg":"in force"').length - 1;
    const before = loaded();
    write(row("kept", kept));
    while (loaded() === before) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([await statusFor(kept), await statusFor(revoked)], [200, 401]);
    assert.doesNotMatch(server.output(), /EMFILE/);
  } finally {
    for (const socket of crowd) socket.destroy();
    session.destroy();
    await server.end();
  }
});

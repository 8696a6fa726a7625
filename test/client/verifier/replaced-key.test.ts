/** A watched verifier whose own API key is replaced while it watches. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import pino from "pino";
import { type VerifierEvent, WatchedVerifier } from "../../../src/client/middleware/index.js";
import { createSecureTokenClient, type NodeClientOptions } from "../../../src/client/node.js";
import { systemClock } from "../../../src/core/index.js";
import { RevocationAuthority } from "../../../src/revocation/authority.js";
import { KnownCallers } from "../../../src/server/callers/callers.js";
import { parseCallers } from "../../../src/server/callers/callers-file.js";
import { digestApiKey, generateApiKey } from "../../../src/server/callers/credentials.js";
import { createServer, type Server } from "../../../src/server/server.js";
import { fixedManager } from "../../support/fixed-manager.js";
import { keepReports } from "../../support/reports.js";
import { scratchFolder } from "../../support/scratch-folder.js";

const RPCS = ["ValidateToken", "BatchValidateTokens", "WatchRevocations"];
const rowOf = (key: string) =>
  parseCallers(
    JSON.stringify({
      callers: [{ name: "shop", api_keys: [{ sha256: digestApiKey(key) }], rpcs: RPCS }],
    }),
  );

describe("a watched verifier whose API key is replaced", () => {
  const folder = scratchFolder();
  const file = join(folder, "key");
  let key = generateApiKey();
  let callers: KnownCallers;
  let register: RevocationAuthority;
  let server: Server;
  let baseUrl: string;
  let token: string;
  before(async () => {
    const clock = systemClock;
    const reporter = keepReports();
    register = await RevocationAuthority.open({ clock, feedId: "feed", reporter });
    const manager = await fixedManager({ clock, revocations: register });
    ({ token } = manager.generateToken("ann"));
    callers = new KnownCallers(rowOf(key), () => false);
    server = createServer({ manager, register, callers, logger: pino({ level: "silent" }) });
    const { port } = await server.listen(0, "127.0.0.1");
    baseUrl = `http://127.0.0.1:${port}`;
  });
  after(async () => {
    await server.close(0);
    await register.close();
    rmSync(folder, { recursive: true });
  });

  const sources: [string, () => Partial<NodeClientOptions>][] = [
    ["a function", () => ({ apiKey: () => key })],
    ["a file that was read a moment ago", () => ({ apiKeyFile: file })],
  ];
  for (const [name, source] of sources) {
    it(`goes on watching at once with the new one, of ${name}`, async () => {
      writeFileSync(file, key);
      const client = createSecureTokenClient({ baseUrl, ...source() });
      const told: VerifierEvent["kind"][] = [];
      const verifier = new WatchedVerifier(client, { onEvent: ({ kind }) => told.push(kind) });
      try {
        await until(() => verifier.state.isReady);
        await verifier.verify(token);
        key = generateApiKey();
        writeFileSync(file, key);
        callers.replace(rowOf(key));
        const isConnected = () => told.filter((kind) => kind === "connected").length === 2;
        await until(() => isConnected() || told.includes("not-watched"));
        assert.ok(!told.includes("not-watched"), told.join());
        assert.ok(verifier.state.isPermitted);
        told.length = 0;
        await verifier.verify(token);
        assert.deepEqual(told, ["hit"]);
      } finally {
        verifier.close();
        client.close();
      }
    });
  }

  it("asks about each token once it has no right any more", async () => {
    const client = createSecureTokenClient({ baseUrl, apiKey: key });
    const told: VerifierEvent["kind"][] = [];
    const verifier = new WatchedVerifier(client, { onEvent: ({ kind }) => told.push(kind) });
    try {
      await until(() => verifier.state.isReady);
      callers.replace(rowOf(generateApiKey()));
      await until(() => told.includes("not-watched"));
      assert.equal(verifier.state.isReady, false);
      assert.equal(told.filter((kind) => kind === "connected").length, 1);
    } finally {
      verifier.close();
      client.close();
    }
  });
});

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
}

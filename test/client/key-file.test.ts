/** A client whose API key stands in a file that cannot be read any more. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import * as grpcJs from "../../src/client/grpc-js.js";
import * as node from "../../src/client/node.js";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { digestApiKey, generateApiKey } from "../../src/server/callers/credentials.js";
import { fixedManager } from "../support/fixed-manager.js";
import { startProductServer } from "../support/product-server.js";
import { scratchFolder } from "../support/scratch-folder.js";

type KeyOptions = Pick<node.NodeClientOptions, "apiKeyFile" | "onKeyFileFault">;

const clients = {
  node: (baseUrl: string, options: KeyOptions) =>
    node.createSecureTokenClient({ baseUrl, ...options }),
  "grpc-js": (address: string, options: KeyOptions) =>
    grpcJs.createSecureTokenClient({ address, ...options }),
};

describe("a key file that is gone after the start", () => {
  for (const [name, connect] of Object.entries(clients)) {
    it(`leaves its key in force, and is told (${name})`, async (t) => {
      const key = generateApiKey();
      const wrong = generateApiKey();
      const rpcs = new Set(["ExportConfig"]);
      const row = { name: "app", rpcs, apiKeys: [digestApiKey(key)], certificateNames: [] };
      const callers = new KnownCallers([row], () => false);
      const server = await startProductServer(await fixedManager(), callers);
      const apiKeyFile = join(scratchFolder(), "key");
      writeFileSync(apiKeyFile, wrong);
      const faults: string[] = [];
      const onKeyFileFault = (fault: string) => {
        faults.push(fault);
        throw new Error("changes nothing");
      };
      const client = connect(server.origin, { apiKeyFile, onKeyFileFault });
      t.after(() => {
        client.close();
        return server.close();
      });
      const refusal = async () => {
        const error = await client.exportConfig().then(
          () => assert.fail("is admitted"),
          (error: unknown) => error,
        );
        assert.ok(error instanceof node.CallerRefusedError, String(error));
        assert.equal(error.reason, "UNKNOWN_CALLER");
        assert.ok(!inspect(error, { showHidden: true }).includes(wrong));
        return error.rawMessage;
      };

      const known = "the credential of the call is not known";
      assert.equal(await refusal(), known);
      rmSync(apiKeyFile);
      const gone = `apiKeyFile cannot be read (ENOENT): ${apiKeyFile}`;
      for (let i = 0; i < 2; i++) {
        assert.equal(await refusal(), `${known}; ${gone}: the key read last was sent`);
      }
      writeFileSync(apiKeyFile, "\n");
      const empty = `the key in apiKeyFile ${apiKeyFile} is empty`;
      assert.equal(await refusal(), `${known}; ${empty}: the key read last was sent`);
      writeFileSync(apiKeyFile, key);
      await client.exportConfig();
      assert.deepEqual(faults, [gone, empty]);
    });
  }
});

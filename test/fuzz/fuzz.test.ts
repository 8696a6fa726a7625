/** Hostile input, briefly. `npm run fuzz` does the same at length. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type FuzzServer, startFuzzServer } from "./fuzz-server.js";
import { fuzzHostilePayloads } from "./hostile-payloads.js";
import { fuzzMutatedTokens } from "./mutated-tokens.js";
import { fuzzRequestBodies } from "./request-bodies.js";

const SEED = 20_261_123;

describe("hostile input", () => {
  it("20,000 damaged tokens: none accepted, two answers", async () => {
    const { unchanged, ...answers } = await fuzzMutatedTokens(20_000, SEED);
    const told = ["Token format is invalid", "Token is empty or invalid"];
    assert.deepEqual(Object.keys(answers).sort(), told);
  });

  it("1,500 authentic tokens with hostile payloads: claims or an exception of ours", async () => {
    const counts = await fuzzHostilePayloads(1500, SEED);
    // The generator is worth its name only while it reaches every outcome.
    for (const outcome of ["valid", "Token expired", "Token format is invalid"]) {
      assert.ok((counts[outcome] ?? 0) > 10, JSON.stringify(counts));
    }
  });

  describe("requests", () => {
    let server: FuzzServer;
    before(async () => {
      server = await startFuzzServer();
    });
    after(() => server.close());
    for (const protocol of ["connect+proto", "connect+json", "grpc", "grpc-web"] as const) {
      it(`500 over ${protocol}: never INTERNAL or UNKNOWN`, async () => {
        const counts = await fuzzRequestBodies(server, protocol, 500, SEED);
        for (const outcome of ["ok", "invalid_argument", "unauthenticated"]) {
          assert.ok((counts[outcome] ?? 0) > 10, JSON.stringify(counts));
        }
      });
    }
  });
});

/** Hostile frames, briefly. `npm run fuzz:http2` does the same at length. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { fuzzFrames } from "./fuzz-connections.js";

const SEED = 20_261_126;

it("20,000 frames, many of them hostile: no exception, no growth, honest calls answered", async () => {
  const { ended, honest } = await fuzzFrames(20_000, SEED);
  assert.ok(honest > 5);
  // The generator is worth its name only while it reaches many faults.
  assert.ok(Object.keys(ended).length > 8, JSON.stringify(ended));
});

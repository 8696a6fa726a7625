/** Which lists of tokens the console asks the server about. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { batchFault } from "../../src/console/batch-tokens.js";
import { MAX_BATCH_REQUEST_BYTES } from "../../src/service/index.js";

describe("batchFault", () => {
  it("refuses what the server refuses: more than 1,000 tokens, and more than 1 MiB", () => {
    assert.equal(batchFault(Array(1000).fill("token")), undefined);
    assert.match(batchFault(Array(1001).fill("token")) ?? "", /At most 1000 .* these are 1001/);
    const longest = (count: number): string[] => Array(count).fill("x".repeat(8192));
    assert.equal(batchFault(longest(127)), undefined);
    assert.match(batchFault(longest(128)) ?? "", /At most 1 MiB of tokens/);
    assert.ok(JSON.stringify({ tokens: longest(127) }).length <= MAX_BATCH_REQUEST_BYTES);
  });
});

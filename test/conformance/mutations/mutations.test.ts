/** That each mistake can still be made: run.ts, which makes them, takes minutes and is not part of the suite. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../../support/buf.js";
import { loadWatchGroup } from "../suite/watch.js";
import { makeMistake } from "./mutation.js";
import { MUTATIONS } from "./mutations.js";

/** One driver for each implementation of watched verification. */
const LANGUAGES = ["go", "java", "python", "rust", "typescript-node"];

describe("mistakes on purpose", () => {
  it("are made in the code as it is", () => {
    for (const mutation of MUTATIONS) {
      const right = readFileSync(join(ROOT, mutation.file), "utf8");
      assert.notEqual(makeMistake(mutation, right), right, mutation.mistake);
    }
  });

  it("are the same in each language", () => {
    for (const mistake of new Set(MUTATIONS.map((mutation) => mutation.mistake))) {
      const made = MUTATIONS.filter((mutation) => mutation.mistake === mistake);
      assert.deepEqual(made.map(({ driver }) => driver).sort(), LANGUAGES, mistake);
    }
  });

  it("name scripts of the corpus", () => {
    const names = new Set(loadWatchGroup().cases.map(({ name }) => name));
    for (const { noticedBy } of MUTATIONS) assert.ok(names.has(noticedBy), noticedBy);
  });
});

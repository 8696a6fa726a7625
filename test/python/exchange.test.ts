/** The exchange with the Python library, briefly. `npm run test:python` does it at length. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { startDriver } from "./driver.js";
import { exchange } from "./exchange.js";
import { createVenv, findPython } from "./venv.js";

const COUNT = 200;
const SEED = 20_261_123;

// In CI a missing Python is a failure: nobody reads the list of what was skipped there.
const python = findPython() ?? (process.env.CI === "true" ? createVenv() : undefined);
const skip =
  python === undefined &&
  "no Python with secure-token found; npm run test:python creates .venv with it";

it(`the Python library and ours agree on ${COUNT} tokens each way`, { skip }, async () => {
  const driver = await startDriver(python as string);
  try {
    const counts = await exchange(driver, COUNT, SEED);
    for (const way of ["Python -> ours", "ours -> Python"]) {
      for (const outcome of ["ok", "Token expired", "Token format is invalid"]) {
        assert.ok((counts[`${way}: validate ${outcome}`] ?? 0) > 5, JSON.stringify(counts));
      }
    }
  } finally {
    driver.close();
  }
});

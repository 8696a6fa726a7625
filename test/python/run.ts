/** The exchange at length: `npm run test:python -- [count] [seed]`, 10,000 tokens each way. */
import { startDriver } from "./driver.js";
import { exchange } from "./exchange.js";
import { createVenv, findPython } from "./venv.js";

const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const driver = await startDriver(findPython() ?? createVenv());
const start = performance.now();
const counts = await exchange(driver, count, seed);
driver.close();
const seconds = ((performance.now() - start) / 1000).toFixed(1);
process.stdout.write(`seed ${seed}: ${count} tokens each way in ${seconds} s, no difference\n`);
for (const [outcome, times] of Object.entries(counts).sort()) {
  process.stdout.write(`  ${String(times).padStart(7)}  ${outcome}\n`);
}

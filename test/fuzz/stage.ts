/** One part of a long run of hostile input: how often it is run, and what is told of it. */
import type { Counts } from "./mutated-tokens.js";

/** `npm run … -- [scale] [seed]`. */
export const scale = Number(process.argv[2] ?? 1);
export const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
process.stdout.write(`seed ${seed}\n`);

/** Runs a part `full * scale` times, and writes what came of it. */
export async function stage(
  name: string,
  full: number,
  run: (count: number) => Promise<Counts>,
): Promise<void> {
  const count = Math.ceil(full * scale);
  const start = performance.now();
  const counts = await run(count);
  const seconds = (performance.now() - start) / 1000;
  const rate = Math.round(count / seconds);
  process.stdout.write(`${name}: ${count} in ${seconds.toFixed(1)} s, ${rate}/s\n`);
  for (const [outcome, times] of Object.entries(counts)) {
    process.stdout.write(`  ${String(times).padStart(9)}  ${outcome}\n`);
  }
}

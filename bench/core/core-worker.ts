/** A contender as a process: a number of calls a line in, microseconds a call out. */
import { createInterface } from "node:readline";
import { CORE_CONTENDERS } from "./core-contenders.js";

const [name = "", core = ""] = process.argv.slice(2);
const make = CORE_CONTENDERS[name];
if (make === undefined) throw new Error(`no contender ${name}`);
const contender = await make(core);
const token = await contender.generate();

for await (const line of createInterface({ input: process.stdin })) {
  const calls = Number(line);
  const took = {
    generate: await micros(calls, contender.generate),
    validate: await micros(calls, () => contender.validate(token)),
  };
  process.stdout.write(`${JSON.stringify(took)}\n`);
}

async function micros(calls: number, run: () => unknown): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - start) * 1000) / calls;
}

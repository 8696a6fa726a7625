/** Microseconds a token, in-process. */
import { coreContenders } from "./core-contenders.js";
import { format, interleave, markdownTable, median, spread } from "./rounds.js";

/** Measures every contender and gives the table. */
export async function benchCore(rounds: number, calls: number): Promise<string> {
  const contenders = await coreContenders();
  const validate = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const generate = await interleave(contenders, rounds, async (contender) => {
    const micros = await contender.measure(calls);
    validate.get(contender.name)?.push(micros.validate);
    return micros.generate;
  });
  for (const contender of contenders) contender.close?.();
  const rows = contenders.map(({ name }) => {
    const cells = (samples: Map<string, number[]>, skip: number) => {
      const values = (samples.get(name) as number[]).slice(skip);
      const ours = median((samples.get(contenders[0]?.name as string) as number[]).slice(skip));
      const ratio = `${format(median(values) / ours, 1)}×`;
      return [format(median(values), 1), spread(values, 1), ratio];
    };
    // `interleave` has left the warm-up out of its own samples; here it is the first.
    return [name, ...cells(generate, 0), ...cells(validate, 1)];
  });
  const head = ["", "generate µs", "min – max", "ratio", "validate µs", "min – max", "ratio"];
  const missing = contenders.some(({ name }) => name.startsWith("Python"))
    ? ""
    : "\n\nNot measured: the Python original (`npm run test:python` installs it).";
  return `${markdownTable(head, rows)}${missing}`;
}

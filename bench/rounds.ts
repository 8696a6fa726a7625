/** Interleaved rounds: whatever slows the machine for a while slows every contender alike. */

/** A contender's measurements, one a round. */
export type Samples = Map<string, number[]>;

/** Runs every contender once a round, the first round unmeasured: that one warms up. */
export async function interleave<T extends { readonly name: string }>(
  contenders: readonly T[],
  rounds: number,
  measure: (contender: T) => Promise<number>,
): Promise<Samples> {
  const samples: Samples = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const value = await measure(contender);
      if (round > 0) samples.get(contender.name)?.push(value);
    }
  }
  return samples;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Smallest and largest, as text. */
export function spread(values: readonly number[], digits: number): string {
  return `${format(Math.min(...values), digits)} – ${format(Math.max(...values), digits)}`;
}

/** A number with grouped thousands. */
export function format(value: number, digits: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A Markdown table, the first column to the left, the others to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

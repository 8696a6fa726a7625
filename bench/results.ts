/** What was measured: for each thing a list of values, one a round. */
import { writeFileSync } from "node:fs";

/** The values of one thing. */
export interface Series {
  /** The part of the benchmark, or the RPC. */
  readonly part: string;
  /** What was measured: a contender, a size. */
  readonly subject: string;
  /** In which respect, unit included. */
  readonly measure: string;
  /** One a round, in order. */
  readonly values: number[];
}

/** All that one run measured. */
export class Results {
  readonly series: Series[] = [];
  /** What could not be measured, and why: a sentence each. */
  readonly notMeasured: string[] = [];

  /** Adds a round's values of a subject. */
  add(part: string, subject: string, values: Readonly<Record<string, number>>): void {
    for (const [measure, value] of Object.entries(values)) {
      const series = this.#find(part, subject, measure);
      if (series) series.values.push(value);
      else this.series.push({ part, subject, measure, values: [value] });
    }
  }

  /** The values of a thing, empty where it was not measured. */
  values(part: string, subject: string, measure: string): readonly number[] {
    return this.#find(part, subject, measure)?.values ?? [];
  }

  /** The middle value, NaN where the thing was not measured. */
  median(part: string, subject: string, measure: string): number {
    return median(this.values(part, subject, measure));
  }

  /** Whether anything of a part was measured. */
  has(part: string): boolean {
    return this.series.some((one) => one.part === part);
  }

  /** Writes JSON lines: `head` first, then a series each. */
  write(file: string, head: object): void {
    const lines = [head, ...this.series].map((line) => `${JSON.stringify(line, rounded)}\n`);
    writeFileSync(file, lines.join(""));
  }

  #find(part: string, subject: string, measure: string): Series | undefined {
    return this.series.find(
      (one) => one.part === part && one.subject === subject && one.measure === measure,
    );
  }
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Six digits tell more than any of this is exact to. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}

/** Interleaved rounds: whatever slows the machine for a while slows every contender alike. */
import type { Results } from "./results.js";

/** What is measured in turn. */
export interface Subject {
  readonly part: string;
  readonly id: string;
  /** Measures once; gives values by measure. */
  measure(): Promise<Readonly<Record<string, number>>> | Readonly<Record<string, number>>;
}

/** Measures every subject once a round. The first round is not recorded: it warms up. */
export async function interleave(
  results: Results,
  rounds: number,
  subjects: readonly Subject[],
): Promise<void> {
  for (let round = 0; round <= rounds; round++) {
    for (const { part, id, measure } of subjects) {
      const values = await measure();
      if (round > 0) results.add(part, id, values);
    }
  }
}

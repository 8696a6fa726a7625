/** Figures of the services, taken at two times and compared. */

const MEANINGS = ["accepted", "revoked", "unavailable", "failed"];

/** What the sums over all runs call answers that the judge finds fault with. */
export const WRONG = "wrong answers";

/** What the services have done until now under `load`. */
export async function look(services, load) {
  const at = performance.now();
  const rows = services.map(async (service) => {
    const { faults, ...tally } = load.tally(service);
    return { ...tally, wrong: faults.length, ...(await service.report()) };
  });
  return { at, rows: await Promise.all(rows) };
}

/** What each service did between two looks, in their order. */
export function between(before, after) {
  const seconds = (after.at - before.at) / 1000;
  return after.rows.map((row, i) => {
    const since = (name) => row[name] - before.rows[i][name];
    const counts = Object.fromEntries(MEANINGS.map((name) => [name, since(name)]));
    const answers = MEANINGS.reduce((sum, name) => sum + counts[name], 0);
    const hits = since("hits");
    const misses = since("misses");
    const hitRate = hits / (hits + misses);
    return { ...counts, answers, perSecond: answers / seconds, wrong: since("wrong"), hitRate };
  });
}

/** Nearest-rank quantile of `samples`, 0 < `q` <= 1; NaN of none. */
export function quantile(samples, q) {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
}

/** p50, p99 and the largest, in whole milliseconds. */
export function spread(samples) {
  return [0.5, 0.99, 1].map((q) => quantile(samples, q).toFixed(0)).join(" / ");
}

/** A whole number with commas. */
export function count(number) {
  return Math.round(number).toLocaleString("en-US");
}

/** A share as a percentage with two digits. */
export function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}

/** The sum of a name over the rows of `between`. */
export function total(figures, name) {
  return figures.reduce((sum, row) => sum + row[name], 0);
}

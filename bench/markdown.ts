/** Numbers and tables as Markdown. */
import { median, type Results } from "./results.js";

/** A number with grouped thousands; a dash for what was not measured. */
export function format(value: number, digits = 0): string {
  if (Number.isNaN(value)) return "–";
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** The median of a series and, behind it, its smallest and largest value. */
export function medianAndSpread(values: readonly number[], digits = 0): string {
  const middle = format(median(values), digits);
  if (values.length < 2) return middle;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${middle} (${format(least, digits)}–${format(most, digits)})`;
}

/**
 * A Markdown table, the first column to the left, the others to the right, every column as wide as
 * its widest cell: as the formatter would write it, so that a published report passes the checks.
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = widths.map((width, i) =>
    i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** A column of a part's table: its head, and how many digits it shows. */
export interface Column {
  readonly measure: string;
  readonly digits?: number;
}

/** A part's table: a row a subject, the median of every measure and its spread. */
export function partTable(
  results: Results,
  part: string,
  first: string,
  columns: Column[],
): string {
  const subjects = new Set(
    results.series.filter((one) => one.part === part).map(({ subject }) => subject),
  );
  const rows = [...subjects].map((subject) => [
    subject,
    ...columns.map(({ measure, digits }) =>
      medianAndSpread(results.values(part, subject, measure), digits),
    ),
  ]);
  return markdownTable([first, ...columns.map(({ measure }) => measure)], rows);
}

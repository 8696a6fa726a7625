/** The outcome of a run as a table: a row for each language, a column for each group. */

/** How one driver did in one group. */
export interface Tally {
  readonly passed: number;
  readonly total: number;
}

/** A row: tallies by group, or why the driver did not run. */
export interface Row {
  readonly name: string;
  readonly tallies?: ReadonlyMap<string, Tally>;
  readonly skipped?: string;
}

/** The table as text. */
export function formatMatrix(groups: readonly string[], rows: readonly Row[]): string {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length), "client".length);
  const widths = groups.map((group) => Math.max(group.length, "000/000".length));
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(nameWidth), ...cells.map((cell, i) => cell.padStart(widths[i]!))].join("  ");
  return [
    line("client", groups),
    ...rows.map(({ name, tallies, skipped }) =>
      tallies
        ? line(
            name,
            groups.map((group) => formatTally(tallies.get(group))),
          )
        : `${name.padEnd(nameWidth)}  ${skipped}`,
    ),
  ].join("\n");
}

function formatTally(tally: Tally | undefined): string {
  return tally ? `${tally.passed}/${tally.total}` : "n/a";
}

/** The outcome of a run as a table: a row for each language, a column for each group. */

/** How one driver did in one group. */
export interface Tally {
  readonly passed: number;
  readonly total: number;
}

/** A cell: `n/a` where the language's platform rules the group out, `none` where its driver offers none. */
export type Cell = Tally | "n/a" | "none";

/** A row: cells by group, or why the driver did not run. */
export interface Row {
  readonly name: string;
  readonly cells?: ReadonlyMap<string, Cell>;
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
    ...rows.map(({ name, cells, skipped }) =>
      cells
        ? line(
            name,
            groups.map((group) => formatCell(cells.get(group))),
          )
        : `${name.padEnd(nameWidth)}  ${skipped}`,
    ),
  ].join("\n");
}

function formatCell(cell: Cell | undefined): string {
  if (cell === undefined || typeof cell === "string") return cell ?? "-";
  return `${cell.passed}/${cell.total}`;
}

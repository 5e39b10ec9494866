/** Cells as aligned lines, a rule under the head. `right` names the columns, from 0, that hold figures. */
export function table(
  head: readonly string[],
  body: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((row) => (row[column] ?? "").length)));
  const cellOf = (row: readonly string[], width: number, column: number): string =>
    right.includes(column) ? (row[column] ?? "").padStart(width) : (row[column] ?? "").padEnd(width);
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => cellOf(row, width, column))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)];
}

/** D1 refuses statements with more bound parameters than this. */
export const MAX_BOUND_PARAMETERS = 100;

/** Cuts rows into groups that fit one INSERT each, in order. */
export function perStatement<Row>(rows: readonly Row[], columns: number): Row[][] {
  const size = Math.floor(MAX_BOUND_PARAMETERS / columns);
  const groups: Row[][] = [];
  for (let from = 0; from < rows.length; from += size) groups.push(rows.slice(from, from + size));
  return groups;
}

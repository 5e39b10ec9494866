/** Names this much longer or shorter are never taken for a slip of the pen. */
const MAX_SLIPS = 3;

/**
 * The names most like `wanted`, nearest first: a few letters apart, or with the same last part of a dotted path. For
 * "did you mean", so it errs on the side of silence.
 */
export function nearest(wanted: string, names: Iterable<string>, limit = 3): readonly string[] {
  const slips = Math.min(MAX_SLIPS, Math.max(1, Math.floor(wanted.length / 4)));
  const tail = wanted.slice(wanted.lastIndexOf(".") + 1);
  const found: { name: string; distance: number }[] = [];
  for (const name of names) {
    if (name === wanted) continue;
    const distance = Math.abs(name.length - wanted.length) > slips ? slips + 1 : editDistance(wanted, name, slips);
    if (distance <= slips) found.push({ name, distance });
    else if (tail !== wanted && name.endsWith(`.${tail}`)) found.push({ name, distance: MAX_SLIPS + 1 });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, limit).map(({ name }) => name);
}

/** `; did you mean a, b?` or nothing. */
export function suggestion(wanted: string, names: Iterable<string>): string {
  const close = nearest(wanted, names);
  return close.length === 0 ? "" : `; did you mean ${close.join(" or ")}?`;
}

/** Levenshtein distance, given up (limit + 1) as soon as it must exceed the limit. */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const value = Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      row.push(value);
      least = Math.min(least, value);
    }
    if (least > limit) return limit + 1;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

import type { Tally } from "../../spi/books/figures.ts";

/** How many there are of each kind. */
export function tallyOf<K extends string>(kinds: readonly K[]): Tally<K> {
  const counts = new Map<K, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries(counts) as Tally<K>;
}

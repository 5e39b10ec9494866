import type { ValueBook } from "../../../spi/books/value-book.ts";
import { compareTexts, keyOf, type RunTables } from "./run-tables.ts";

/** The books on large values in maps. */
export function memoryValueBook(tables: RunTables): ValueBook {
  const { doubts } = tables;
  return {
    async tenants() {
      return [...new Set([...doubts.values()].map(({ tenant }) => tenant))].sort(compareTexts);
    },
    async doubts(tenant, before, limit) {
      return [...doubts.values()]
        .filter((doubt) => doubt.tenant === tenant && doubt.since < before)
        .sort((a, b) => a.since - b.since || compareTexts(a.key, b.key))
        .slice(0, limit);
    },
    async settleDoubts(settled) {
      for (const { tenant, key, since } of settled) {
        if (doubts.get(keyOf(tenant, key))?.since === since) doubts.delete(keyOf(tenant, key));
      }
    },
    async referenced(tenant, keys) {
      const held = new Set(tables.of(tenant).flatMap(({ values }) => values));
      return new Set(keys.filter((key) => held.has(key)));
    },
  };
}

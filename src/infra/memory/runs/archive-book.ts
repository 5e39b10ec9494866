import type { Erasure } from "../../../core/retention/erasure.ts";
import type { ArchiveBook } from "../../../spi/books/archive-book.ts";
import { compareTexts, type RunTables } from "./run-tables.ts";

/** The books on archive objects in maps. */
export function memoryArchiveBook({ objects, erasures }: RunTables): ArchiveBook {
  const inOrder = (a: Erasure, b: Erasure): number => compareTexts(a.object, b.object) || a.offset - b.offset;
  return {
    async known(prefix) {
      return new Set([...objects].filter((key) => key.startsWith(prefix)));
    },
    async forget(gone) {
      for (const key of gone) objects.delete(key);
      for (const [key, { object }] of erasures) if (gone.includes(object)) erasures.delete(key);
    },
    async erasures(limit, object) {
      const due = [...erasures.values()].filter((one) => object === undefined || one.object === object);
      return structuredClone(due.sort(inOrder).slice(0, limit));
    },
    async settle(settled) {
      for (const { object, offset } of settled) erasures.delete(JSON.stringify([object, offset]));
    },
  };
}

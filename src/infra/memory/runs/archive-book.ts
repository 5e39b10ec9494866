import type { Erasure } from "../../../core/retention/erasure.ts";
import type { ArchiveBook } from "../../../spi/books/archive-book.ts";
import { compareTexts, type RunTables } from "./run-tables.ts";

/** The books on archive objects in maps. */
export function memoryArchiveBook({ segments, erasures }: RunTables): ArchiveBook {
  const inOrder = (a: Erasure, b: Erasure): number => compareTexts(a.segment, b.segment) || a.offset - b.offset;
  return {
    async known(prefix) {
      return new Set([...segments].filter((key) => key.startsWith(prefix)));
    },
    async forget(gone) {
      for (const key of gone) segments.delete(key);
      for (const [key, { segment }] of erasures) if (gone.includes(segment)) erasures.delete(key);
    },
    async erasures(limit, segment) {
      const due = [...erasures.values()].filter((one) => segment === undefined || one.segment === segment);
      return structuredClone(due.sort(inOrder).slice(0, limit));
    },
    async settle(settled) {
      for (const { segment, offset } of settled) erasures.delete(JSON.stringify([segment, offset]));
    },
  };
}

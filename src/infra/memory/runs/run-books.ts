import type { DeadLetterStore } from "../../../spi/dead-letter-store.ts";
import type { Figures } from "../../../spi/books/figures.ts";
import type { QuarantineIndex } from "../../../spi/books/quarantine-index.ts";
import type { ResultCache } from "../../../spi/result-cache.ts";
import type { RunIndex } from "../../../spi/run-index.ts";
import type { RunParts } from "../../../spi/books/run-parts.ts";
import type { RunRetention } from "../../../spi/books/run-retention.ts";
import type { ArchiveBook } from "../../../spi/books/archive-book.ts";
import type { SweepMarks } from "../../../spi/books/sweep-marks.ts";
import type { ValueBook } from "../../../spi/books/value-book.ts";
import { memoryDeadLetterStore } from "../dead-letter-store.ts";
import { memoryFigures } from "../figures.ts";
import { memoryQuarantineIndex } from "../quarantine-index.ts";
import { memoryResultCache } from "../result-cache.ts";
import { memoryRunIndex } from "./run-index.ts";
import { memoryRunParts } from "./run-parts.ts";
import { memoryRunRetention } from "./run-retention.ts";
import { RunTables } from "./run-tables.ts";
import { memoryArchiveBook } from "./archive-book.ts";
import { memorySweepMarks } from "../sweep-marks.ts";
import { memoryValueBook } from "./value-book.ts";

/** Every book on archived runs, kept together. */
export interface RunBooks {
  readonly index: RunIndex;
  readonly parts: RunParts;
  readonly retention: RunRetention;
  readonly archiveBook: ArchiveBook;
  readonly values: ValueBook;
  readonly marks: SweepMarks;
  readonly results: ResultCache;
  readonly figures: Figures;
  readonly quarantine: QuarantineIndex;
}

/** @param deadLetters what the figures count among the rest */
export function memoryRunBooks(deadLetters: DeadLetterStore = memoryDeadLetterStore()): RunBooks {
  const tables = new RunTables();
  const quarantine = memoryQuarantineIndex();
  return {
    index: memoryRunIndex(tables),
    parts: memoryRunParts(tables),
    retention: memoryRunRetention(tables),
    archiveBook: memoryArchiveBook(tables),
    values: memoryValueBook(tables),
    marks: memorySweepMarks(),
    results: memoryResultCache(tables),
    quarantine,
    figures: memoryFigures(tables, deadLetters, quarantine),
  };
}

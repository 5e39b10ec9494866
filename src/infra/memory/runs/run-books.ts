import type { DeadLetterStore } from "../../../spi/dead-letter-store.ts";
import type { Figures } from "../../../spi/figures.ts";
import type { QuarantineIndex } from "../../../spi/quarantine-index.ts";
import type { ResultCache } from "../../../spi/result-cache.ts";
import type { RunIndex } from "../../../spi/run-index.ts";
import type { RunRetention } from "../../../spi/run-retention.ts";
import type { SegmentLedger } from "../../../spi/segment-ledger.ts";
import type { SweepMarks } from "../../../spi/sweep-marks.ts";
import type { ValueLedger } from "../../../spi/value-ledger.ts";
import { memoryDeadLetterStore } from "../dead-letter-store.ts";
import { memoryFigures } from "../figures.ts";
import { memoryQuarantineIndex } from "../quarantine-index.ts";
import { memoryResultCache } from "../result-cache.ts";
import { memoryRunIndex } from "./run-index.ts";
import { memoryRunRetention } from "./run-retention.ts";
import { RunTables } from "./run-tables.ts";
import { memorySegmentLedger } from "./segment-ledger.ts";
import { memorySweepMarks } from "../sweep-marks.ts";
import { memoryValueLedger } from "./value-ledger.ts";

/** Every book on archived runs, kept together. */
export interface RunBooks {
  readonly index: RunIndex;
  readonly retention: RunRetention;
  readonly segments: SegmentLedger;
  readonly values: ValueLedger;
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
    retention: memoryRunRetention(tables),
    segments: memorySegmentLedger(tables),
    values: memoryValueLedger(tables),
    marks: memorySweepMarks(),
    results: memoryResultCache(tables),
    quarantine,
    figures: memoryFigures(tables, deadLetters, quarantine),
  };
}

import type { RunIndex } from "../../spi/run-index.ts";
import type { RunRetention } from "../../spi/run-retention.ts";
import type { SegmentLedger } from "../../spi/segment-ledger.ts";
import type { SweepMarks } from "../../spi/sweep-marks.ts";
import type { ValueLedger } from "../../spi/value-ledger.ts";
import { memoryRunIndex } from "./run-index.ts";
import { memoryRunRetention } from "./run-retention.ts";
import { RunTables } from "./run-tables.ts";
import { memorySegmentLedger } from "./segment-ledger.ts";
import { memorySweepMarks } from "./sweep-marks.ts";
import { memoryValueLedger } from "./value-ledger.ts";

/** Every book on archived runs, kept together. */
export interface RunBooks {
  readonly index: RunIndex;
  readonly retention: RunRetention;
  readonly segments: SegmentLedger;
  readonly values: ValueLedger;
  readonly marks: SweepMarks;
}

export function memoryRunBooks(): RunBooks {
  const tables = new RunTables();
  return {
    index: memoryRunIndex(tables),
    retention: memoryRunRetention(tables),
    segments: memorySegmentLedger(tables),
    values: memoryValueLedger(tables),
    marks: memorySweepMarks(),
  };
}

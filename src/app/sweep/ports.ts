import type { BlobStore } from "../../spi/blob-store.ts";
import type { BreakerBoard } from "../../spi/breaker-board.ts";
import type { DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Log } from "../../spi/log.ts";
import type { ResultCache } from "../../spi/result-cache.ts";
import type { RunParts } from "../../spi/books/run-parts.ts";
import type { RunRetention } from "../../spi/books/run-retention.ts";
import type { ArchiveBook } from "../../spi/books/archive-book.ts";
import type { SweepMarks } from "../../spi/books/sweep-marks.ts";
import type { ValueBook } from "../../spi/books/value-book.ts";
import type { StandingPorts } from "../deliver/dead-letter-standing.ts";

/** Everything the sweep works on. */
export interface SweepPorts extends StandingPorts {
  readonly retention: RunRetention;
  readonly parts: Pick<RunParts, "forgetBefore">;
  readonly archiveBook: ArchiveBook;
  readonly values: ValueBook;
  readonly marks: SweepMarks;
  readonly deadLetters: DeadLetterStore;
  readonly blobs: BlobStore;
  readonly results: ResultCache;
  readonly breakerBoard: Pick<BreakerBoard, "forgetBefore">;
  readonly log: Log;
}

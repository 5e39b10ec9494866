import type { Dialect } from "../metadata/dialect.ts";
import type { HashVerdict } from "../metadata/reading.ts";
import type { FileVerdict } from "./verdict.ts";

/** What a scan came to, in the wire form of `onex validate --json`. */
export interface ScanSummary {
  readonly files: number;
  readonly by_hash: Readonly<Record<HashVerdict, number>>;
  /** `null` counts the files without a dialect. */
  readonly by_dialect: Readonly<Record<Dialect | "null", number>>;
  readonly errors: number;
  readonly warnings: number;
  /** Files that fail the scan by its `--fail-on`. */
  readonly failed: number;
}

/** A scan of nothing. */
export const EMPTY_SUMMARY: ScanSummary = {
  files: 0,
  by_hash: { verified: 0, mismatch: 0, placeholder: 0, absent: 0, malformed: 0, unverifiable: 0 },
  by_dialect: { G0: 0, G1: 0, G2: 0, G3: 0, ONEX: 0, null: 0 },
  errors: 0,
  warnings: 0,
  failed: 0,
};

/** The summary with one more file. */
export function withFile(summary: ScanSummary, verdict: FileVerdict, failed: boolean): ScanSummary {
  const dialect = verdict.dialect ?? "null";
  return {
    files: summary.files + 1,
    by_hash: { ...summary.by_hash, [verdict.hash]: summary.by_hash[verdict.hash] + 1 },
    by_dialect: { ...summary.by_dialect, [dialect]: summary.by_dialect[dialect] + 1 },
    errors: summary.errors + verdict.errors.length,
    warnings: summary.warnings + verdict.warnings.length,
    failed: summary.failed + (failed ? 1 : 0),
  };
}

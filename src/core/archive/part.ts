import type { Instant } from "../run/model/state.ts";
import type { Label } from "../search/labels.ts";

/** Bytes of an archive object. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/**
 * The runs of an archive object that a tenant created in one minute and that have no row of their own: what the database
 * knows of them. Their records lie one behind the other, oldest first.
 */
export interface RunPart {
  readonly tenant: string;
  /** The archive object's. */
  readonly key: string;
  /** The first and the last moment a run of it was created. Both lie in one minute. */
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** How many of its runs are to be found; deleted ones are not counted. */
  readonly runs: number;
  /** Of those runs together. */
  readonly steps: number;
  readonly cachedSteps: number;
  /** The rings they come from, sorted. */
  readonly rings: readonly number[];
  /** Every label some run of it has, and every `node:name@version`; null when those are too many to be listed. */
  readonly labels: readonly Label[] | null;
  /** Where the first record begins. */
  readonly offset: number;
  /** Where its line of the object's own index is. */
  readonly index: Stretch;
  /** Its records, one by one (strip.ts). */
  readonly strip: string;
}

/** A part with the offsets of those records that nobody may read any more. */
export interface MarkedPart extends RunPart {
  readonly erased: readonly number[];
}

/** More labels than this, in characters, are not listed. */
export const MOST_LABEL_CHARS = 16_000;

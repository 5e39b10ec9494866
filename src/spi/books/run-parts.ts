import type { MarkedPart, RunPart } from "../../core/archive/part.ts";
import type { Day } from "../../core/retention/day.ts";
import type { Erasure } from "../../core/retention/erasure.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { RunSummary } from "../../core/run/model/summary.ts";
import type { Label } from "../../core/search/labels.ts";
import type { Deletion } from "./run-retention.ts";

/** A time of a tenant in which runs were created, within one minute. Both ends belong to it. */
export interface Span {
  readonly tenant: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** The runs of a span that are to be stored, by their rings. */
export interface Claim extends Span {
  readonly rings: readonly number[];
}

/** What is stored together, all or none. */
export interface Storing {
  /** Rows of their own, as `RunIndex.put` takes them. */
  readonly rows: readonly RunSummary[];
  readonly parts: readonly RunPart[];
  /** The runs of the parts that are to be found there: none of them has a row that has ended or was deleted. */
  readonly packed: readonly RunSummary[];
  /** Records that are found elsewhere already. */
  readonly dead: readonly Erasure[];
  /** Where else the same runs may be found, and which parts there were when it was looked. */
  readonly claims: readonly Claim[];
  readonly seen: readonly Pick<RunPart, "key">[];
}

/** Which parts are to be walked through: those that may hold a run with all the labels, created within the time. */
export interface PartWalk {
  readonly labels: readonly Label[];
  /** Every label a part must list; those above among them. */
  readonly listed: readonly Label[];
  readonly from: Instant | null;
  /** The last moment. */
  readonly to: Instant | null;
  /** The last part that was seen. */
  readonly after: Pick<RunPart, "lastAt" | "key"> | null;
}

/** How many parts went, and how many runs with them. */
export interface Forgotten {
  readonly parts: number;
  readonly runs: number;
}

/**
 * The parts of archive objects: how archived runs are found that have no index row of their own. A record that is on the
 * list of erasures is in no part any more, for whoever reads, from the moment it is there. All methods reject with
 * SERVICE_UNAVAILABLE; all but `store` are safe to repeat.
 */
export interface RunParts {
  /** A run's own row, and the parts that may hold it: of runs created at the moment its id tells. In one read. */
  find(
    tenant: string,
    runId: RunId,
  ): Promise<{ readonly row: RunSummary | null; readonly parts: readonly MarkedPart[] }>;
  /** The parts that may hold a run created within one of these spans. */
  covering(spans: readonly Span[]): Promise<readonly MarkedPart[]>;
  /** The newest first, by the last moment a run of them was created. */
  walk(tenant: string, walk: PartWalk, limit: number): Promise<readonly MarkedPart[]>;
  /**
   * Stores, and answers what `RunIndex.put` answers; null, having stored nothing, when parts for the claimed runs have
   * been stored since it was looked, or a row of a packed run has ended. Unfinished rows of packed runs go.
   */
  store(what: Storing): Promise<readonly Erasure[] | null>;
  /** Deletes a run that is found in a part: it is marked, counted no more, and remembered as deleted. */
  delete(run: RunSummary, now: Instant): Promise<Deletion>;
  /** Forgets parts of a tenant whose objects are of earlier days, with their labels: at most `limit`, the oldest first. */
  forgetBefore(tenant: string, day: Day, limit: number): Promise<Forgotten>;
}

import type { DeadLetterClass } from "../../core/dead-letters/dead-letter.ts";
import type { Instant, RunStatus } from "../../core/run/model/state.ts";

/** How many things of a kind there are. Kinds of which there are none are left out. */
export type Tally<K extends string> = Readonly<Partial<Record<K, number>>>;

/** Runs of a tenant in numbers. */
export interface RunFigures {
  /** Runs that have not ended, by status; those in quarantine left out. */
  readonly unfinished: Tally<RunStatus>;
  /** Runs created since the moment asked for, as far as they were looked at. */
  readonly created: number;
  /** Those of them that have failed or were cancelled. */
  readonly failed: number;
  readonly cancelled: number;
  /** Steps of their plans, and how many were answered from the cache. */
  readonly steps: number;
  readonly cachedSteps: number;
  /** False when there were more runs than were looked at. */
  readonly complete: boolean;
}

/** What can be counted of a tenant along an index. Rejects with SERVICE_UNAVAILABLE. */
export interface Figures {
  /** @param limit how many runs are looked at, at most: the newest, and the oldest unfinished ones */
  runs(tenant: string, since: Instant, limit: number): Promise<RunFigures>;
  /** Dead letters nobody has dealt with. */
  openDeadLetters(tenant: string): Promise<Tally<DeadLetterClass>>;
}

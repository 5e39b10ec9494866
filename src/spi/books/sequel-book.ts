import type { Sequel } from "../../core/chain/sequel.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";

/** What followed the ends of runs. All methods are safe to repeat and reject with SERVICE_UNAVAILABLE. */
export interface SequelBook {
  /**
   * Notes one; a refusal gives way to a start, and to nothing else. What was noted before `since` followed an earlier run
   * of the same id and gives way to anything.
   */
  record(sequel: Sequel, since?: Instant): Promise<void>;
  /** Everything that followed a run, from a moment on. */
  of(tenant: string, runId: RunId, since?: Instant): Promise<readonly Sequel[]>;
  /** Forgets what followed before a moment, at most `limit`; says how many. */
  forgetBefore(before: Instant, limit: number): Promise<number>;
}

import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { QuarantineEntry } from "../../core/run/quarantine/entry.ts";
import type { QuarantineCode } from "../../core/run/quarantine/quarantine.ts";
import type { Page, PageRequest } from "../../core/search/position.ts";
import type { Tally } from "./figures.ts";

/**
 * Which runs of all rings are in quarantine. A copy: the rings know, and tell it again. All methods are safe to repeat and
 * reject with SERVICE_UNAVAILABLE.
 */
export interface QuarantineIndex {
  /** Of these runs exactly the `held` ones are in quarantine, whatever was known of any of them. All or none. */
  settle(runs: readonly RunId[], held: readonly QuarantineEntry[]): Promise<void>;
  /** A run's entry, whosever it is; null when there is none. */
  find(runId: RunId): Promise<QuarantineEntry | null>;
  /** A tenant's, those set aside last first. */
  list(tenant: string, page: PageRequest): Promise<Page<QuarantineEntry>>;
  /** How many of a tenant's there are, by the reason. */
  count(tenant: string): Promise<Tally<QuarantineCode>>;
  /** Those set aside before a moment, the oldest first, of all tenants. */
  before(moment: Instant, limit: number): Promise<readonly QuarantineEntry[]>;
}

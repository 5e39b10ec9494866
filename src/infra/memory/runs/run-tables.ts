import type { RunPart } from "../../../core/archive/part.ts";
import type { Erasure } from "../../../core/retention/erasure.ts";
import type { Instant, RunId } from "../../../core/run/model/state.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import type { Doubt } from "../../../spi/books/value-book.ts";

/** What the books on runs share: the tables of the database, as maps. Keys are JSON lists. */
export class RunTables {
  readonly runs = new Map<string, RunSummary>();
  /** When a run was deleted, and when it had been created. */
  readonly deletions = new Map<string, { readonly at: Instant; readonly createdAt: Instant }>();
  readonly objects = new Set<string>();
  /** Parts of archive objects, in no order. */
  parts: readonly RunPart[] = [];
  readonly erasures = new Map<string, Erasure>();
  readonly doubts = new Map<string, Doubt>();

  /** Runs of a tenant, in no order. */
  of(tenant: string): readonly RunSummary[] {
    return [...this.runs.values()].filter((run) => run.tenant === tenant);
  }

  addErasure(erasure: Erasure): void {
    this.erasures.set(JSON.stringify([erasure.object, erasure.offset]), erasure);
  }

  /** Removes a run; the values it referred to become doubtful. */
  remove(tenant: string, runId: RunId, now: Instant): void {
    const run = this.runs.get(keyOf(tenant, runId));
    this.runs.delete(keyOf(tenant, runId));
    this.doubt(tenant, run?.values ?? [], now);
  }

  /** Values that lost a run which referred to them. */
  doubt(tenant: string, values: readonly string[], now: Instant): void {
    for (const key of values) {
      const since = Math.max(now, this.doubts.get(keyOf(tenant, key))?.since ?? 0);
      this.doubts.set(keyOf(tenant, key), { tenant, key, since });
    }
  }
}

export const keyOf = (tenant: string, id: string): string => JSON.stringify([tenant, id]);

export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

import type { TrustRecord } from "../core/trust/history.ts";
import type { TrustScore } from "../core/trust/score.ts";
import type { TrustTotals } from "../core/trust/totals.ts";
import type { NodeRef } from "../core/registry/node.ts";

/**
 * Each node's memory. A source (a ring) always reports its own running totals, never a difference, so a lost, repeated
 * or reordered report changes nothing: the newest totals of every source are added up.
 */
export interface TrustStore {
  report(tenant: string, reports: readonly TrustReport[], now: number): Promise<void>;
  read(tenant: string, node: NodeRef, declared: number | null, now: number): Promise<TrustScore>;
  /** Every version of a node name something was reported of, sorted. */
  records(tenant: string, name: string, now: number): Promise<readonly TrustRecord[]>;
}

export interface TrustReport {
  readonly node: NodeRef;
  /** Who counted: `ring-1f`. */
  readonly source: string;
  readonly totals: TrustTotals;
  readonly declared: number | null;
}

import type { NodeRef } from "../../core/registry/node.ts";
import type { ScoredNode } from "../../core/trust/history.ts";
import type { TrustScore } from "../../core/trust/score.ts";

/** The scores a memory trust store writes and a memory registry reads: the twin of the trust_scores table. */
export interface MemoryTrustScores {
  put(tenant: string, scores: readonly ScoredNode[]): Promise<void>;
  get(tenant: string, node: NodeRef): TrustScore | undefined;
  /** Counts the writes. */
  version(tenant: string): number;
}

export function memoryTrustScores(): MemoryTrustScores {
  const tenants = new Map<string, { version: number; readonly scores: Map<NodeRef, TrustScore> }>();
  return {
    async put(tenant, scores) {
      if (scores.length === 0) return;
      const stored = tenants.get(tenant) ?? { version: 0, scores: new Map<NodeRef, TrustScore>() };
      for (const { node, score } of scores) stored.scores.set(node, { ...score });
      stored.version++;
      tenants.set(tenant, stored);
    },
    get: (tenant, node) => tenants.get(tenant)?.scores.get(node),
    version: (tenant) => tenants.get(tenant)?.version ?? 0,
  };
}

import type { NodeRef } from "../../core/registry/node.ts";
import { noteScore, type ScoredNode, type ScoreMoment, type TrustRecord } from "../../core/trust/history.ts";
import { scoreOf } from "../../core/trust/score.ts";
import { emptyTotals, mergeTotals, newerTotals, type TrustTotals } from "../../core/trust/totals.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import type { MemoryTrustScores } from "./trust-scores.ts";
import { memoryTrustScores } from "./trust-scores.ts";

interface Memory {
  declared: number | null;
  history: readonly ScoreMoment[];
  readonly sources: Map<string, TrustTotals>;
}

export function memoryTrustStore(scores: MemoryTrustScores = memoryTrustScores()): TrustStore {
  const memories = new Map<string, Map<NodeRef, Memory>>();
  const of = (tenant: string): Map<NodeRef, Memory> => {
    const known = memories.get(tenant) ?? new Map<NodeRef, Memory>();
    memories.set(tenant, known);
    return known;
  };
  return {
    async report(tenant, reports, now) {
      const touched = new Map<NodeRef, Memory>();
      for (const { node, source, totals, declared } of reports) {
        const memory = of(tenant).get(node) ?? { declared, history: [], sources: new Map<string, TrustTotals>() };
        memory.declared = declared;
        memory.sources.set(source, newerTotals(memory.sources.get(source), { ...totals }));
        of(tenant).set(node, memory);
        touched.set(node, memory);
      }
      const moved: ScoredNode[] = [];
      for (const [node, memory] of touched) {
        const score = scoreOf(totalsOf(memory), { declared: memory.declared, now });
        const history = noteScore(memory.history, score, now);
        if (history !== memory.history) moved.push({ node, score, at: now });
        memory.history = history;
      }
      await scores.put(tenant, moved);
    },
    async read(tenant, node, declared, now) {
      return scoreOf(totalsOf(of(tenant).get(node)), { declared, now });
    },
    async records(tenant, name, now) {
      return [...of(tenant)]
        .filter(([node]) => node.startsWith(`${name}@`))
        .map(([node, memory]) => recordOf(node.slice(name.length + 1), memory, now))
        .sort((a, b) => (a.version < b.version ? -1 : 1));
    },
  };
}

const totalsOf = (memory: Memory | undefined): TrustTotals =>
  [...(memory?.sources.values() ?? [])].reduce(mergeTotals, emptyTotals());

function recordOf(version: string, memory: Memory, now: number): TrustRecord {
  const totals = totalsOf(memory);
  return {
    version,
    score: scoreOf(totals, { declared: memory.declared, now }),
    successes: totals.successes,
    failures: totals.failures,
    history: memory.history,
  };
}

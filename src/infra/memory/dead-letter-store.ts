import type { DeadLetter } from "../../core/dead-letters/dead-letter.ts";
import { matchesDeadLetter, placeOfDeadLetter } from "../../core/dead-letters/query.ts";
import { isAfter, newestFirst, pageOf } from "../../core/search/position.ts";
import type { DeadLetterStore } from "../../spi/dead-letter-store.ts";
import { compareTexts, keyOf } from "./runs/run-tables.ts";

/** The dead letters' entries in a map. */
export function memoryDeadLetterStore(): DeadLetterStore {
  const entries = new Map<string, DeadLetter>();
  const of = (tenant: string): DeadLetter[] => [...entries.values()].filter((entry) => entry.tenant === tenant);
  const change = (tenant: string, id: string, make: (entry: DeadLetter) => DeadLetter): void => {
    const entry = entries.get(keyOf(tenant, id));
    if (entry) entries.set(keyOf(tenant, id), make(entry));
  };
  return {
    async record(entry) {
      const known = entries.get(keyOf(entry.tenant, entry.id));
      if (!known || known.redrives <= entry.redrives)
        entries.set(keyOf(entry.tenant, entry.id), structuredClone(entry));
    },
    async get(tenant, id) {
      return structuredClone(entries.get(keyOf(tenant, id)) ?? null);
    },
    async search(tenant, query, { limit, after }) {
      const found = of(tenant)
        .filter((entry) => matchesDeadLetter(entry, query) && isAfter(placeOfDeadLetter(entry), after))
        .sort((a, b) => newestFirst(placeOfDeadLetter(a), placeOfDeadLetter(b)));
      return structuredClone(pageOf(found, limit, placeOfDeadLetter));
    },
    async redriven(tenant, id, count, now) {
      change(tenant, id, (entry) =>
        entry.redrives < count
          ? { ...entry, status: "redriven", redrives: count, redrivenAt: now, resolution: null }
          : entry,
      );
    },
    async resolve(tenant, id, count, reason, now) {
      change(tenant, id, (entry) =>
        entry.redrives === count && entry.status !== "resolved"
          ? { ...entry, status: "resolved", resolution: { at: now, reason } }
          : entry,
      );
    },
    async remove(tenant, ids) {
      for (const id of ids) entries.delete(keyOf(tenant, id));
    },
    async tenants() {
      return [...new Set([...entries.values()].map(({ tenant }) => tenant))].sort(compareTexts);
    },
    async diedBefore(tenant, before, limit) {
      return structuredClone(
        of(tenant)
          .filter(({ failedAt }) => failedAt < before)
          .sort((a, b) => newestFirst(placeOfDeadLetter(b), placeOfDeadLetter(a)))
          .slice(0, limit),
      );
    },
    async redrivenBefore(tenant, before, limit) {
      return structuredClone(
        of(tenant)
          .filter(({ status, redrivenAt }) => status === "redriven" && redrivenAt !== null && redrivenAt < before)
          .sort((a, b) => (a.redrivenAt ?? 0) - (b.redrivenAt ?? 0) || compareTexts(a.id, b.id))
          .slice(0, limit),
      );
    },
    async ofRun(tenant, runId) {
      return structuredClone(of(tenant).filter((entry) => entry.runId === runId));
    },
  };
}

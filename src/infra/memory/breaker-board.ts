import type { BreakerBoard, BreakerKey, SharedBreaker } from "../../spi/breaker-board.ts";

/** What isolates tell each other, in process. */
export function memoryBreakerBoard(): BreakerBoard {
  const rows = new Map<string, SharedBreaker & { readonly changedAt: number }>();
  const nameOf = ({ tenant, binding, target }: BreakerKey): string => JSON.stringify([tenant, binding, target]);
  const shown = ({ changedAt: _, ...shared }: SharedBreaker & { readonly changedAt: number }): SharedBreaker => shared;
  const bare = ({ tenant, binding, target }: BreakerKey): BreakerKey => ({ tenant, binding, target });
  const known = (keys: readonly BreakerKey[]): readonly SharedBreaker[] =>
    keys.flatMap((key) => {
      const row = rows.get(nameOf(key));
      return row ? [shown(row)] : [];
    });
  return {
    report: async (reports, now) => {
      for (const report of reports) {
        const row = rows.get(nameOf(report));
        const failures = report.failures + (report.succeeded ? 0 : (row?.failures ?? 0));
        const opens = failures >= report.failureThreshold ? now + report.resetMs : null;
        const openUntil = row?.openUntil ?? opens;
        const trialUntil = row?.trialUntil ?? null;
        rows.set(nameOf(report), { ...bare(report), failures, openUntil, trialUntil, changedAt: now });
      }
      return known(reports);
    },
    read: async (keys) => known(keys),
    claimTrial: async (key, now, trialUntil) => {
      const row = rows.get(nameOf(key));
      if (row?.openUntil && (row.openUntil > now || (row.trialUntil ?? 0) > now)) return false;
      // Closed for all: there is nothing to claim.
      if (row && row.openUntil === null) return true;
      const openUntil = row?.openUntil ?? now;
      rows.set(nameOf(key), { ...bare(key), failures: row?.failures ?? 0, openUntil, trialUntil, changedAt: now });
      return true;
    },
    settleTrial: async (key, openUntil) => {
      const row = rows.get(nameOf(key));
      if (!row) return;
      rows.set(nameOf(key), { ...row, openUntil, trialUntil: null, failures: openUntil === null ? 0 : row.failures });
    },
    open: async (tenant, limit) =>
      [...rows.values()]
        .filter((row) => row.tenant === tenant && row.openUntil !== null)
        .map(shown)
        .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
        .slice(0, limit),
    forgetBefore: async (before, limit) => {
      const old = [...rows].filter(([, { changedAt }]) => changedAt < before).slice(0, limit);
      for (const [name] of old) rows.delete(name);
      return old.length;
    },
  };
}

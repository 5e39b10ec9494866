import type { QuarantineEntry } from "../../core/run/quarantine/entry.ts";
import { placeOfQuarantined } from "../../core/run/quarantine/entry.ts";
import { isAfter, newestFirst, pageOf } from "../../core/search/position.ts";
import type { QuarantineIndex } from "../../spi/books/quarantine-index.ts";
import { tallyOf } from "./tally.ts";

/** Runs in quarantine, in a map. */
export function memoryQuarantineIndex(): QuarantineIndex {
  const entries = new Map<string, QuarantineEntry>();
  const of = (tenant: string): readonly QuarantineEntry[] =>
    [...entries.values()]
      .filter((entry) => entry.tenant === tenant)
      .sort((a, b) => newestFirst(placeOfQuarantined(a), placeOfQuarantined(b)));
  return {
    async settle(runs, held) {
      for (const id of runs) entries.delete(id);
      for (const entry of held) entries.set(entry.runId, entry);
    },
    find: async (runId) => entries.get(runId) ?? null,
    async list(tenant, { limit, after }) {
      const found = of(tenant).filter((entry) => isAfter(placeOfQuarantined(entry), after));
      return pageOf(found, limit, placeOfQuarantined);
    },
    count: async (tenant) => tallyOf(of(tenant).map(({ code }) => code)),
    before: async (moment, limit) =>
      [...entries.values()]
        .filter(({ since }) => since < moment)
        .sort((a, b) => -newestFirst(placeOfQuarantined(a), placeOfQuarantined(b)))
        .slice(0, limit),
  };
}

import { ANY_DEAD_LETTER } from "../../core/dead-letters/query.ts";
import type { RunSummary } from "../../core/run/model/summary.ts";
import type { DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Figures } from "../../spi/books/figures.ts";
import type { QuarantineIndex } from "../../spi/books/quarantine-index.ts";
import { tallyOf } from "./tally.ts";
import type { RunTables } from "./runs/run-tables.ts";

/** More dead letters than anybody has in memory. */
const ALL = 1_000_000;

/** What can be counted in maps. */
export function memoryFigures(
  tables: RunTables,
  deadLetters: DeadLetterStore,
  quarantine: Pick<QuarantineIndex, "find">,
): Figures {
  return {
    async runs(tenant, since, limit) {
      const all = [...tables.of(tenant)].sort((a, b) => a.createdAt - b.createdAt);
      const aside = await Promise.all(all.map(({ runId }) => quarantine.find(runId)));
      const open = all.filter(({ finishedAt }, i) => finishedAt === null && !aside[i]).slice(0, limit);
      const recent = all.filter(({ createdAt }) => createdAt >= since).slice(-limit);
      const parts = tables.parts.filter(({ tenant: of, lastAt }) => of === tenant && lastAt >= since);
      const sum = (figure: (run: RunSummary) => number): number => recent.reduce((all, run) => all + figure(run), 0);
      const packed = (figure: "runs" | "steps" | "cachedSteps"): number =>
        parts.reduce((all, part) => all + part[figure], 0);
      return {
        unfinished: tallyOf(open.map(({ status }) => status)),
        created: recent.length + packed("runs"),
        failed: recent.filter(({ status }) => status === "failed").length,
        cancelled: recent.filter(({ status }) => status === "cancelled").length,
        steps: sum(({ steps }) => steps) + packed("steps"),
        cachedSteps: sum(({ cachedSteps }) => cachedSteps) + packed("cachedSteps"),
        complete: recent.length < limit && open.length < limit,
      };
    },
    async openDeadLetters(tenant) {
      const page = await deadLetters.search(
        tenant,
        { ...ANY_DEAD_LETTER, status: "open" },
        { limit: ALL, after: null },
      );
      return tallyOf(page.items.map(({ errorType }) => errorType));
    },
  };
}

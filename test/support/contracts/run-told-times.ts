import fc from "fast-check";
import { expect, it } from "vitest";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { generationKey } from "../../../src/core/run/model/generation.ts";
import { newestFirst } from "../../../src/core/search/position.ts";
import { ANY_RUN, matchesRun, placeOfRun } from "../../../src/core/search/run-query.ts";
import { CORRELATION_SPAN_MS, timedUuid } from "../../../src/core/search/told-time.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import type { RunSummary } from "../../../src/spi/run-index.ts";
import { archivedSummary, sampleSummary } from "./run-index.ts";
import type { OpenBooks } from "./run-retention.ts";

const ids = seededIds(7);
const AT = 1_800_000_000_000;
const ALL = { limit: 100, after: null };
const RANDOM = "11111111-1111-4111-8111-111111111111";

const drafts = fc.array(
  fc.record({
    /** Whether the run's id says when it was created, as one does that no idempotency key stands behind. */
    told: fc.boolean(),
    after: fc.constantFrom(0, 1, CORRELATION_SPAN_MS - 1, CORRELATION_SPAN_MS, 90_000),
    correlation: fc.constantFrom(RANDOM, timedUuid(AT, RANDOM), timedUuid(AT + 1, RANDOM).toUpperCase()),
    status: fc.constantFrom("succeeded" as const, "running" as const),
  }),
  { maxLength: 12 },
);

/** What a RunIndex and its retention must do whether or not ids tell when their runs were created. */
export function runToldTimesContract(label: string, open: () => Promise<OpenBooks>, numRuns: number): void {
  const runsOf = (tenant: string, given: typeof drafts extends fc.Arbitrary<infer D> ? D : never): RunSummary[] =>
    given.map(({ told, after, correlation, status }, n) => {
      const createdAt = AT + after;
      const changes = {
        tenant,
        runId: runId(n, told ? ids.ulid(createdAt) : ids.ulid(createdAt + 86_400_000 + n)),
        createdAt,
        correlationId: correlation,
        values: [`values/${tenant}/${n}`],
      };
      return status === "running"
        ? sampleSummary(changes)
        : archivedSummary({ ...changes, archive: { key: `${tenant}-told`, offset: n, length: 1 } });
    });

  it(`${label}: every run is found by its id and by its correlation id, in the order of time`, async () => {
    await fc.assert(
      fc.asyncProperty(drafts, fc.integer({ min: 1, max: 4 }), async (given, limit) => {
        const { index, tenant } = await open();
        const rows = runsOf(tenant, given);
        await index.put(rows);
        for (const row of rows) expect(await index.get(tenant, row.runId)).toEqual(row);
        for (const correlationId of new Set(rows.map((row) => row.correlationId))) {
          const query = { ...ANY_RUN, correlationId };
          const expected = rows
            .filter((row) => matchesRun(row, query))
            .sort((a, b) => newestFirst(placeOfRun(a), placeOfRun(b)));
          const found: RunSummary[] = [];
          for (let after: Awaited<ReturnType<typeof index.search>>["next"] = null; ;) {
            const page = await index.search(tenant, query, { limit, after });
            found.push(...page.items);
            after = page.next;
            if (after === null) break;
          }
          expect(found).toEqual(expected);
        }
        const archived = rows.filter(({ archive }) => archive !== null);
        expect(await index.settled(rows)).toEqual(new Set(archived.map(generationKey)));
      }),
      { numRuns },
    );
  });

  it(`${label}: deleted, forgotten and taken in again, told or not`, async () => {
    await fc.assert(
      fc.asyncProperty(drafts, async (given) => {
        const { index, retention, values, tenant } = await open();
        const rows = runsOf(tenant, given);
        await index.put(rows);
        for (const [n, row] of rows.entries()) {
          const ended = row.finishedAt !== null;
          expect(await retention.delete(tenant, row.runId, AT)).toBe(ended ? "deleted" : "unknown");
          if (!ended) await retention.forgetUnfinished(tenant, row, AT);
          expect(await index.get(tenant, row.runId)).toBeNull();
          expect(await values.referenced(tenant, row.values)).toEqual(new Set());
          expect((await index.put([row])).length).toBe(ended ? 1 : 0);
          expect(await index.get(tenant, row.runId)).toEqual(ended ? null : row);
          if (n % 2 === 0) await retention.undelete(tenant, row.runId);
        }
        const left = rows.filter(({ finishedAt }, n) => finishedAt !== null && n % 2 === 1).length;
        expect(await retention.forgetDeletions(tenant, AT, 100)).toBe(0);
        expect(await retention.forgetDeletions(tenant, AT + 1, 100)).toBe(left);
        await index.put(rows);
        expect((await index.search(tenant, ANY_RUN, ALL)).items).toHaveLength(rows.length);
        await retention.forget(tenant, rows, AT);
        expect((await index.search(tenant, ANY_RUN, ALL)).items).toEqual([]);
        expect(
          await values.referenced(
            tenant,
            rows.flatMap(({ values: keys }) => keys),
          ),
        ).toEqual(new Set());
      }),
      { numRuns },
    );
  });
}

import fc from "fast-check";
import { expect, it } from "vitest";
import type { RunStatus } from "../../../src/core/run/model/state.ts";
import { newestFirst, type Position } from "../../../src/core/search/position.ts";
import { ANY_RUN, matchesRun, placeOfRun, type RunQuery } from "../../../src/core/search/run-query.ts";
import type { RunIndex, RunSummary } from "../../../src/spi/run-index.ts";
import { sampleSummary, type OpenIndex } from "./run-index.ts";

const STATUSES: readonly RunStatus[] = ["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"];
const NODES = ["shout@1.0.0", "shout@2.0.0", "shout_twice@1.0.0", "twice@1.0.0"];
const TAGS = ["nightly", 'a"b', '"b"', "Ünï", "100%", ""];
const FAULTS = [
  ["TIMEOUT_ERROR", "Node twice did not end within 100 ms"],
  ["RUN_CANCELLED", "stopped by ÄNNE"],
  ["CONNECTION_ERROR", "100% of tries failed_"],
] as const;
/** Three minutes around the turn of one, so that labels of several minutes are looked through. */
const TIMES = [59_990, 59_999, 60_000, 60_001, 119_999, 120_000, 120_777];

const draft = fc.record({
  status: fc.constantFrom(...STATUSES),
  createdAt: fc.constantFrom(...TIMES),
  nodes: fc.uniqueArray(fc.constantFrom(...NODES), { maxLength: 3 }),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
  operation: fc.constantFrom("goal.run", "graph.run"),
  correlationId: fc.constantFrom("c1", "c2", "c3"),
  fault: fc.constantFrom(...FAULTS),
});

/** Rows as runs come to be: ended ones have a time, failed ones a fault. */
const runsOf = (drafts: readonly (typeof draft extends fc.Arbitrary<infer D> ? D : never)[]): readonly RunSummary[] =>
  drafts.map(({ fault, ...rest }, n) => {
    const failed = rest.status === "failed" || rest.status === "cancelled";
    const ended = failed || rest.status === "succeeded";
    return sampleSummary({
      ...rest,
      runId: `r00_${String(n).padStart(3, "0")}`,
      finishedAt: ended ? rest.createdAt + 5 : null,
      faultCode: failed ? fault[0] : null,
      faultMessage: failed ? fault[1] : null,
    });
  });

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 2 });
const queries: fc.Arbitrary<RunQuery> = fc.record({
  status: maybe(fc.constantFrom(...STATUSES)),
  node: maybe(fc.constantFrom(...NODES, "shout", "twice", "shou", "absent")),
  tag: maybe(fc.constantFrom(...TAGS, "b", "nightl")),
  operation: maybe(fc.constantFrom("goal.run", "graph.run", "node.execute")),
  correlationId: maybe(fc.constantFrom("c1", "c9")),
  from: maybe(fc.constantFrom(...TIMES)),
  to: maybe(fc.constantFrom(...TIMES)),
  text: maybe(fc.constantFrom("timeout", "TWICE", "änne", "ÄNNE", "100%", "failed_", "R: 1", "absent")),
});

/** Every page of a query, one after the other. */
async function pages(index: RunIndex, tenant: string, query: RunQuery, limit: number): Promise<readonly RunSummary[]> {
  const found: RunSummary[] = [];
  let after: Position | null = null;
  do {
    const page: Awaited<ReturnType<RunIndex["search"]>> = await index.search(tenant, query, { limit, after });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    after = page.next;
  } while (after !== null);
  return found;
}

/** What searching a RunIndex must find. `open` gives a new tenant each time. */
export function runSearchContract(label: string, open: () => Promise<OpenIndex>, numRuns: number): void {
  it(`${label}: finds what the query says, newest first, whatever the size of the pages`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(draft, { maxLength: 25 }),
        fc.array(queries, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        async (drafts, asked, limit) => {
          const { index, tenant } = await open();
          const rows = runsOf(drafts).map((row) => ({ ...row, tenant }));
          await index.put([...rows, { ...sampleSummary(), tenant: `${tenant}-other` }]);
          for (const query of [ANY_RUN, ...asked]) {
            const expected = rows
              .filter((row) => matchesRun(row, query))
              .sort((a, b) => newestFirst(placeOfRun(a), placeOfRun(b)));
            expect(await pages(index, tenant, query, limit)).toEqual(expected);
          }
        },
      ),
      { numRuns },
    );
  });

  it(`${label}: runs that arrive between two pages neither repeat nor hide what was there`, async () => {
    const { index, tenant } = await open();
    const at = (createdAt: number) => sampleSummary({ tenant, runId: `r00_${createdAt}`, createdAt });
    await index.put([at(10), at(20), at(30), at(40)]);
    const first = await index.search(tenant, ANY_RUN, { limit: 2, after: null });
    await index.put([at(50), at(35), at(15)]);
    const second = await index.search(tenant, ANY_RUN, { limit: 9, after: first.next });
    expect([...first.items, ...second.items].map(({ createdAt }) => createdAt)).toEqual([40, 30, 20, 15, 10]);
    expect(second.next).toBeNull();
  });

  it(`${label}: finds a run under its new nodes when they changed`, async () => {
    const { index, tenant } = await open();
    await index.put([sampleSummary({ tenant, nodes: ["a@1.0.0"], revision: 1 })]);
    await index.put([sampleSummary({ tenant, nodes: ["b@1.0.0"], revision: 2 })]);
    const found = async (node: string) =>
      (await index.search(tenant, { ...ANY_RUN, node }, { limit: 5, after: null })).items;
    expect(await found("a")).toEqual([]);
    expect(await found("b")).toHaveLength(1);
  });
}

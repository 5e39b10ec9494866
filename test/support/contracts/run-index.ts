import { expect, it } from "vitest";
import { generationKey } from "../../../src/core/run/model/generation.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { ROWS_TOGETHER, type RunIndex, type RunSummary } from "../../../src/spi/run-index.ts";
import type { ArchiveBook } from "../../../src/spi/books/archive-book.ts";

export const sampleSummary = (changes: Partial<RunSummary> = {}): RunSummary => ({
  runId: "r1f_01JABCDEFGHJKMNPQRSTVWXYZ0",
  tenant: "default",
  status: "running",
  operation: "goal.run",
  correlationId: "11111111-1111-4111-8111-111111111111",
  want: ["metadata.report", "document.stats"],
  tags: ["nightly", "schlüssel"],
  nodes: ["document_stats@1.0.0", "metadata_report@1.2.0"],
  createdAt: 1_000,
  finishedAt: null,
  steps: 4,
  cachedSteps: 1,
  faultCode: null,
  faultMessage: null,
  revision: 3,
  values: [],
  archive: null,
  ...changes,
});

/** A run that has ended and is archived. */
export const archivedSummary = (changes: Partial<RunSummary> = {}): RunSummary =>
  sampleSummary({
    status: "succeeded",
    finishedAt: 2_000,
    revision: 9,
    archive: { key: "runs/2026-01-01/a.ndjson", offset: 0, length: 120 },
    ...changes,
  });

export interface OpenIndex {
  readonly index: RunIndex;
  readonly archiveBook: ArchiveBook;
  readonly tenant: string;
}

/** What every RunIndex must do besides searching. `tenant` is one nobody has written to. */
export function runIndexContract(label: string, open: () => Promise<OpenIndex>): void {
  it(`${label}: returns what was put`, async () => {
    const { index, tenant } = await open();
    const running = sampleSummary({ tenant });
    const failed = archivedSummary({
      tenant,
      runId: "r00_1",
      status: "failed",
      want: [],
      tags: [],
      nodes: [],
      faultCode: "RUN_DEADLINE",
      faultMessage: "the run's “deadline” passed",
      values: [`values/${tenant}/a`, `values/${tenant}/b`],
    });
    expect(await index.put([running, failed])).toEqual([]);
    expect(await index.put([])).toEqual([]);
    expect(await index.get(tenant, running.runId)).toEqual(running);
    expect(await index.get(tenant, failed.runId)).toEqual(failed);
    expect(await index.get(tenant, "r00_unknown")).toBeNull();
    expect(await index.get(`${tenant}-other`, running.runId)).toBeNull();
  });

  it(`${label}: takes the newer of two unfinished rows, in whatever order they come`, async () => {
    const { index, tenant } = await open();
    const started = sampleSummary({ tenant, revision: 2 });
    const waiting = sampleSummary({ tenant, status: "waiting", revision: 5, steps: 6 });
    await index.put([waiting]);
    await index.put([started]);
    expect(await index.get(tenant, started.runId)).toEqual(waiting);
    const resumed = sampleSummary({ tenant, status: "running", revision: 6 });
    await index.put([resumed, waiting, started]);
    expect(await index.get(tenant, started.runId)).toEqual(resumed);
  });

  it(`${label}: never replaces a finished row by an unfinished one`, async () => {
    const { index, tenant } = await open();
    const finished = archivedSummary({ tenant, revision: 9 });
    await index.put([sampleSummary({ tenant, revision: 1 }), finished, sampleSummary({ tenant, revision: 99 })]);
    expect(await index.get(tenant, finished.runId)).toEqual(finished);
    await index.put([sampleSummary({ tenant, revision: 99 })]);
    expect(await index.get(tenant, finished.runId)).toEqual(finished);
  });

  it(`${label}: keeps the first archived record, and tells and books the others as dead`, async () => {
    const { index, archiveBook, tenant } = await open();
    const key = (name: string): string => `runs/2026-01-01/${tenant}-${name}.ndjson`;
    const first = archivedSummary({ tenant, archive: { key: key("a"), offset: 7, length: 120 } });
    const elsewhere = { ...first, archive: { key: key("b"), offset: 30, length: 120 } };
    const neighbour = archivedSummary({ tenant, runId: "r00_2", archive: { key: key("b"), offset: 151, length: 9 } });
    expect(await index.put([first])).toEqual([]);
    expect(await index.put([first])).toEqual([]);
    const dead = { object: key("b"), offset: 30, length: 120 };
    expect(await index.put([elsewhere, neighbour])).toEqual([dead]);
    expect(await index.put([elsewhere, neighbour])).toEqual([dead]);
    expect(await index.get(tenant, first.runId)).toEqual(first);
    expect(await index.get(tenant, "r00_2")).toEqual(neighbour);
    expect(await archiveBook.erasures(10, key("a"))).toEqual([]);
    expect(await archiveBook.erasures(10, key("b"))).toEqual([dead]);
    expect(await archiveBook.known(`runs/2026-01-01/${tenant}-`)).toEqual(new Set([key("a"), key("b")]));
  });

  it(`${label}: one record survives when a call brings two of the same run`, async () => {
    const { index, tenant } = await open();
    const first = archivedSummary({ tenant, archive: { key: `${tenant}-c`, offset: 0, length: 5 } });
    const second = { ...first, archive: { key: `${tenant}-c`, offset: 6, length: 5 } };
    expect(await index.put([first, second])).toEqual([{ object: `${tenant}-c`, offset: 6, length: 5 }]);
    expect((await index.get(tenant, first.runId))?.archive).toEqual(first.archive);
  });

  it(`${label}: never changes what a run is found by`, async () => {
    const { index, tenant } = await open();
    const started = sampleSummary({ tenant, tags: ["a"] });
    await index.put([started]);
    const ended = archivedSummary({
      tenant,
      tags: ["b"],
      operation: "x",
      correlationId: "y",
      nodes: ["n@2.0.0"],
    });
    await index.put([ended]);
    const { tags, operation, correlationId } = started;
    expect(await index.get(tenant, ended.runId)).toEqual({ ...ended, tags, operation, correlationId });
  });

  it(`${label}: tells which runs are settled`, async () => {
    const { index, tenant } = await open();
    const archived = archivedSummary({
      tenant,
      runId: "r00_archived",
      archive: { key: `${tenant}-d`, offset: 0, length: 1 },
    });
    await index.put([archived, sampleSummary({ tenant, runId: "r00_running" })]);
    const { createdAt } = archived;
    const asked = ["r00_archived", "r00_running", "r00_unknown"].map((runId) => ({ tenant, runId, createdAt }));
    const others = [
      { tenant: `${tenant}-other`, runId: "r00_archived", createdAt },
      { tenant, runId: "r00_archived", createdAt: createdAt + 1 },
      { tenant, runId: "r00_archived", createdAt: createdAt - 1 },
    ];
    expect(await index.settled([...asked, ...others])).toEqual(new Set([generationKey(archived)]));
    expect(await index.settled([])).toEqual(new Set());
  });

  it(`${label}: takes many and large rows at once`, async () => {
    const { index, tenant } = await open();
    const nodes = Array.from({ length: 200 }, (_, n) => `${"n".repeat(90)}_${n}@1.0.0`);
    const rows = Array.from({ length: ROWS_TOGETHER + 34 }, (_, n) =>
      sampleSummary({ tenant, runId: `r00_${n}`, steps: n, ...(n % 10 === 0 ? { nodes } : {}) }),
    );
    await index.put(rows);
    for (const n of [0, 7, ROWS_TOGETHER - 1, ROWS_TOGETHER, ROWS_TOGETHER + 33]) {
      expect(await index.get(tenant, `r00_${n}`)).toEqual(rows[n]);
    }
    const page = await index.search(tenant, ANY_RUN, { limit: ROWS_TOGETHER + 100, after: null });
    expect(page.items).toHaveLength(rows.length);
  });
}

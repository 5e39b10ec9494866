import { expect, it } from "vitest";
import type { RunIndex, RunSummary } from "../../../src/spi/run-index.ts";

export const sampleSummary = (changes: Partial<RunSummary> = {}): RunSummary => ({
  runId: "r1f_01JABCDEFGHJKMNPQRSTVWXYZ0",
  tenant: "default",
  status: "running",
  operation: "goal.run",
  correlationId: "11111111-1111-4111-8111-111111111111",
  want: ["metadata.report", "document.stats"],
  createdAt: 1_000,
  finishedAt: null,
  steps: 4,
  faultCode: null,
  archive: null,
  ...changes,
});

const ARCHIVE = { key: "runs/a.ndjson", offset: 0, length: 120 };

/** What every RunIndex must do. `tenant` is one nobody has written to. */
export function runIndexContract(label: string, open: () => Promise<{ index: RunIndex; tenant: string }>): void {
  it(`${label}: returns what was put`, async () => {
    const { index, tenant } = await open();
    const running = sampleSummary({ tenant });
    const failed = sampleSummary({
      tenant,
      runId: "r00_1",
      status: "failed",
      want: [],
      finishedAt: 2_000,
      faultCode: "RUN_DEADLINE",
      archive: ARCHIVE,
    });
    await index.put([running, failed]);
    await index.put([]);
    expect(await index.get(tenant, running.runId)).toEqual(running);
    expect(await index.get(tenant, failed.runId)).toEqual(failed);
    expect(await index.get(tenant, "r00_unknown")).toBeNull();
    expect(await index.get(`${tenant}-other`, running.runId)).toBeNull();
  });

  it(`${label}: replaces a row, but never a finished one by an unfinished one`, async () => {
    const { index, tenant } = await open();
    const running = sampleSummary({ tenant });
    const finished = sampleSummary({ tenant, status: "succeeded", finishedAt: 2_000, archive: ARCHIVE });
    await index.put([sampleSummary({ tenant, status: "queued" })]);
    await index.put([running]);
    expect(await index.get(tenant, running.runId)).toEqual(running);
    await index.put([finished]);
    await index.put([running]);
    await index.put([finished]);
    expect(await index.get(tenant, running.runId)).toEqual(finished);
  });

  it(`${label}: applies rows of one call in their order`, async () => {
    const { index, tenant } = await open();
    const finished = sampleSummary({ tenant, status: "succeeded", finishedAt: 2_000 });
    await index.put([sampleSummary({ tenant }), finished, sampleSummary({ tenant })]);
    expect(await index.get(tenant, finished.runId)).toEqual(finished);
  });

  it(`${label}: never forgets where a run is archived`, async () => {
    const { index, tenant } = await open();
    const archived = sampleSummary({ tenant, status: "succeeded", finishedAt: 2_000, archive: ARCHIVE });
    await index.put([archived]);
    await index.put([{ ...archived, archive: null }]);
    expect((await index.get(tenant, archived.runId))?.archive).toEqual(ARCHIVE);
    const moved = { key: "runs/b.ndjson", offset: 7, length: 9 };
    await index.put([{ ...archived, archive: moved }]);
    expect((await index.get(tenant, archived.runId))?.archive).toEqual(moved);
  });

  it(`${label}: takes many rows at once`, async () => {
    const { index, tenant } = await open();
    const rows = Array.from({ length: 1_234 }, (_, n) => sampleSummary({ tenant, runId: `r00_${n}`, steps: n }));
    await index.put(rows);
    for (const n of [0, 7, 499, 500, 1_233]) expect(await index.get(tenant, `r00_${n}`)).toEqual(rows[n]);
  });
}

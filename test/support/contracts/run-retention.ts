import { expect, it } from "vitest";
import { generationKey } from "../../../src/core/run/model/generation.ts";
import { ANY_RUN, type RunQuery } from "../../../src/core/search/run-query.ts";
import type { RunRetention } from "../../../src/spi/books/run-retention.ts";
import type { ValueBook } from "../../../src/spi/books/value-book.ts";
import { archivedSummary, sampleSummary, type OpenIndex } from "./run-index.ts";

export interface OpenBooks extends OpenIndex {
  readonly retention: RunRetention;
  readonly values: ValueBook;
}

const ALL = { limit: 100, after: null };

/** What forgetting runs must do. `tenant` is one nobody has written to. */
export function runRetentionContract(label: string, open: () => Promise<OpenBooks>): void {
  it(`${label}: finds runs archived before a day and unfinished ones, oldest first`, async () => {
    const { index, retention, tenant } = await open();
    const archived = (n: number, createdAt: number, day: string) =>
      archivedSummary({
        tenant,
        runId: `r00_e${n}`,
        createdAt,
        archive: { key: `runs/${day}/${tenant}.ndjson`, offset: n, length: 1 },
      });
    const going = (n: number, createdAt: number) => sampleSummary({ tenant, runId: `r00_u${n}`, createdAt });
    await index.put([
      archived(1, 30, "1970-01-02"),
      archived(2, 10, "1970-01-03"),
      archived(3, 20, "1970-01-01"),
      archived(4, 5, "1970-01-01"),
      going(1, 5),
      going(2, 40),
      going(3, 40),
    ]);
    const ids = (rows: readonly { runId: string }[]) => rows.map(({ runId }) => runId);
    expect(ids(await retention.archivedBefore(tenant, "1970-01-03", 10))).toEqual(["r00_e4", "r00_e3", "r00_e1"]);
    expect(ids(await retention.archivedBefore(tenant, "1970-01-02", 1))).toEqual(["r00_e4"]);
    expect(ids(await retention.archivedBefore(tenant, "1970-01-01", 10))).toEqual([]);
    expect(ids(await retention.unfinished(tenant, 40, null, 10))).toEqual(["r00_u1"]);
    expect(ids(await retention.unfinished(tenant, 41, null, 2))).toEqual(["r00_u1", "r00_u2"]);
    expect(ids(await retention.unfinished(tenant, 41, { at: 40, id: "r00_u2" }, 2))).toEqual(["r00_u3"]);
    const tenants = await retention.tenants();
    expect(tenants).toContain(tenant);
    expect(tenants).toEqual([...tenants].sort());
  });

  it(`${label}: forgets runs with all their side rows, and nothing of others`, async () => {
    const { index, retention, values, tenant } = await open();
    const [mine, shared] = [`values/${tenant}/mine`, `values/${tenant}/shared`];
    const run = (n: number, changes: object) =>
      archivedSummary({
        tenant,
        runId: `r00_${n}`,
        createdAt: 60_000 + n,
        archive: { key: `${tenant}-k`, offset: n, length: 1 },
        ...changes,
      });
    await index.put([
      run(1, { values: [mine, shared], tags: ["one", "both"] }),
      run(2, { values: [shared], tags: ["two", "both"] }),
    ]);
    const absent = { runId: "r00_absent", createdAt: 1 };
    await retention.forget(tenant, [{ runId: "r00_2", createdAt: 60_003 }, absent], 400);
    await retention.forget(tenant, [{ runId: "r00_1", createdAt: 60_001 }, absent], 500);
    await retention.forget(tenant, [{ runId: "r00_1", createdAt: 60_001 }], 500);
    expect(await index.get(tenant, "r00_1")).toBeNull();
    expect((await index.search(tenant, ANY_RUN, ALL)).items.map(({ runId }) => runId)).toEqual(["r00_2"]);
    const tagged = async (tag: string) => (await index.search(tenant, { ...ANY_RUN, tag }, ALL)).items.length;
    expect([await tagged("one"), await tagged("two"), await tagged("both")]).toEqual([0, 1, 1]);
    expect(await values.referenced(tenant, [mine, shared])).toEqual(new Set([shared]));
    const doubts = await values.doubts(tenant, 501, 1_000);
    expect(await values.doubts(tenant, 500, 1_000)).toEqual([]);
    expect(await values.doubts(tenant, 501, 1)).toHaveLength(1);
    expect(await values.tenants()).toContain(tenant);
    expect(doubts).toEqual([mine, shared].map((key) => ({ tenant, key, since: 500 })));
  });

  it(`${label}: a doubt that was renewed is not settled by whoever saw the old one`, async () => {
    const { index, retention, values, tenant } = await open();
    const key = `values/${tenant}/v`;
    const run = (n: number) =>
      archivedSummary({
        tenant,
        runId: `r00_${n}`,
        values: [key],
        archive: { key: `${tenant}-k`, offset: n, length: 1 },
      });
    await index.put([run(1), run(2)]);
    await retention.forget(tenant, [run(1)], 100);
    const seen = await values.doubts(tenant, 1_000, 1_000);
    await retention.forget(tenant, [run(2)], 200);
    await values.settleDoubts(seen);
    const left = await values.doubts(tenant, 1_000, 1_000);
    expect(left).toEqual([{ tenant, key, since: 200 }]);
    await values.settleDoubts(left);
    await values.settleDoubts([]);
    expect(await values.doubts(tenant, 1_000, 1_000)).toEqual([]);
  });

  it(`${label}: a deleted run is gone from every reader and stays gone`, async () => {
    const { index, retention, archiveBook, values, tenant } = await open();
    const value = `values/${tenant}/v`;
    const archive = { key: `${tenant}-k`, offset: 5, length: 77 };
    const run = archivedSummary({
      tenant,
      status: "failed",
      faultCode: "X",
      faultMessage: "secret",
      values: [value],
      archive,
    });
    await index.put([run]);
    expect(await retention.delete(tenant, run.runId, 900)).toBe("deleted");
    expect(await retention.delete(tenant, run.runId, 901)).toBe("repeated");
    expect(await retention.delete(tenant, "r00_absent", 901)).toBe("unknown");
    expect(await archiveBook.erasures(10, archive.key)).toEqual([{ object: archive.key, offset: 5, length: 77 }]);
    expect(await values.referenced(tenant, [value])).toEqual(new Set());
    const late = { ...run, archive: { ...archive, key: `${tenant}-late` } };
    expect(await index.put([late, sampleSummary({ tenant, revision: 99, values: [value] })])).toEqual([
      { object: `${tenant}-late`, offset: 5, length: 77 },
    ]);
    expect(await index.get(tenant, run.runId)).toBeNull();
    expect(await index.settled([run])).toEqual(new Set([generationKey(run)]));
    expect(await values.referenced(tenant, [value])).toEqual(new Set());
    const everywhere: RunQuery[] = [
      ANY_RUN,
      { ...ANY_RUN, status: "failed" },
      { ...ANY_RUN, status: "running" },
      { ...ANY_RUN, text: "secret" },
      { ...ANY_RUN, tag: run.tags[0] ?? null },
      { ...ANY_RUN, correlationId: run.correlationId },
    ];
    for (const query of everywhere) expect((await index.search(tenant, query, ALL)).items).toEqual([]);
    expect(await retention.archivedBefore(tenant, "2999-01-01", 10)).toEqual([]);
    expect(await retention.unfinished(tenant, 10_000, null, 10)).toEqual([]);
  });

  it(`${label}: forgets deletions in the end`, async () => {
    const { index, retention, tenant } = await open();
    const run = (n: number) =>
      archivedSummary({ tenant, runId: `r00_${n}`, archive: { key: `${tenant}-k`, offset: n, length: 1 } });
    await index.put([run(1), run(2), run(3)]);
    for (const n of [1, 2, 3]) await retention.delete(tenant, `r00_${n}`, n * 100);
    expect(await retention.forgetDeletions(`${tenant}-other`, 300, 10)).toBe(0);
    expect(await retention.forgetDeletions(tenant, 300, 1)).toBe(1);
    expect(await retention.forgetDeletions(tenant, 300, 10)).toBe(1);
    expect(await retention.forgetDeletions(tenant, 300, 10)).toBe(0);
    expect(await retention.delete(tenant, "r00_1", 400)).toBe("unknown");
    expect(await retention.delete(tenant, "r00_2", 400)).toBe("unknown");
    expect(await retention.delete(tenant, "r00_3", 400)).toBe("repeated");
  });

  it(`${label}: an unfinished run cannot be deleted, but forgotten while it is unfinished`, async () => {
    const { index, retention, tenant } = await open();
    const run = sampleSummary({ tenant, tags: ["ghost"] });
    await index.put([run]);
    expect(await retention.delete(tenant, run.runId, 900)).toBe("unknown");
    expect(await index.get(tenant, run.runId)).toEqual(run);
    await retention.forgetUnfinished(tenant, run, 900);
    expect(await index.get(tenant, run.runId)).toBeNull();
    const ended = archivedSummary({ tenant, archive: { key: `${tenant}-k`, offset: 0, length: 1 } });
    await index.put([ended]);
    await retention.forgetUnfinished(tenant, run, 900);
    expect(await index.get(tenant, run.runId)).toEqual(ended);
  });

  it(`${label}: settles erasures, and forgets objects with theirs`, async () => {
    const { index, archiveBook, retention, tenant } = await open();
    const key = `${tenant}-k`;
    const run = (n: number) =>
      archivedSummary({ tenant, runId: `r00_${n}`, archive: { key, offset: n * 10, length: 9 } });
    await index.put([run(0), run(1), run(2)]);
    for (const n of [2, 0, 1]) await retention.delete(tenant, `r00_${n}`, 900);
    const due = await archiveBook.erasures(10, key);
    expect(due.map(({ offset }) => offset)).toEqual([0, 10, 20]);
    expect(await archiveBook.erasures(2, key)).toHaveLength(2);
    await archiveBook.settle(due.slice(0, 1));
    await archiveBook.settle([]);
    expect((await archiveBook.erasures(10, key)).map(({ offset }) => offset)).toEqual([10, 20]);
    expect((await archiveBook.erasures(1_000)).filter(({ object }) => object === key)).toHaveLength(2);
    expect(await archiveBook.known(key)).toEqual(new Set([key]));
    await archiveBook.forget([key, `${tenant}-absent`]);
    expect(await archiveBook.erasures(10, key)).toEqual([]);
    expect(await archiveBook.known(key)).toEqual(new Set());
  });
}

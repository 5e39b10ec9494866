import { expect, it } from "vitest";
import { generationKey } from "../../../src/core/run/model/generation.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { archivedSummary, sampleSummary } from "./run-index.ts";
import type { OpenBooks } from "./run-retention.ts";

const ALL = { limit: 100, after: null };
const DAY = 86_400_000;

/** What a key that is used again must lead to: a later run under the id of an earlier one. `tenant` is a new one. */
export function runGenerationsContract(label: string, open: () => Promise<OpenBooks>): void {
  const place = (tenant: string, offset: number) => ({ key: `runs/2026-01-01/${tenant}-g.ndjson`, offset, length: 9 });
  const dead = (tenant: string, offset: number) => {
    const { key: object, length } = place(tenant, offset);
    return { object, offset, length };
  };
  const earlierOf = (tenant: string, changes: object = {}) =>
    archivedSummary({
      tenant,
      createdAt: 1_000,
      correlationId: "earlier",
      tags: ["old"],
      values: [`values/${tenant}/old`, `values/${tenant}/both`],
      archive: place(tenant, 0),
      ...changes,
    });
  const laterOf = (tenant: string, changes: object = {}) =>
    archivedSummary({
      tenant,
      createdAt: 1_000 + DAY,
      finishedAt: 5_000 + DAY,
      correlationId: "later",
      tags: ["new"],
      revision: 4,
      values: [`values/${tenant}/both`, `values/${tenant}/new`],
      archive: place(tenant, 10),
      ...changes,
    });

  it(`${label}: a later run under the same id replaces an archived one, with all that served it`, async () => {
    const { index, archiveBook, values, tenant } = await open();
    const [earlier, later] = [earlierOf(tenant), laterOf(tenant)];
    await index.put([earlier]);
    expect(await index.put([later])).toEqual([dead(tenant, 0)]);
    expect(await index.get(tenant, later.runId)).toEqual(later);
    expect((await index.search(tenant, ANY_RUN, ALL)).items).toEqual([later]);
    expect((await index.search(tenant, { ...ANY_RUN, tag: "old" }, ALL)).items).toEqual([]);
    expect((await index.search(tenant, { ...ANY_RUN, tag: "new" }, ALL)).items).toEqual([later]);
    expect((await index.search(tenant, { ...ANY_RUN, correlationId: "earlier" }, ALL)).items).toEqual([]);
    expect(await archiveBook.erasures(10, place(tenant, 0).key)).toEqual([dead(tenant, 0)]);
    const keys = ["old", "both", "new"].map((name) => `values/${tenant}/${name}`);
    expect(await values.referenced(tenant, keys)).toEqual(new Set(keys.slice(1)));
    const doubts = await values.doubts(tenant, 9 * DAY, 100);
    expect(doubts.map(({ key, since }) => [key, since])).toEqual([
      [`values/${tenant}/both`, later.finishedAt],
      [`values/${tenant}/old`, later.finishedAt],
    ]);
    expect(await index.settled([earlier, later])).toEqual(new Set([generationKey(later)]));
  });

  it(`${label}: news of a later run replace an archived one before it has ended`, async () => {
    const { index, tenant } = await open();
    const [earlier, later] = [earlierOf(tenant), laterOf(tenant)];
    const started = sampleSummary({ ...later, status: "running", finishedAt: null, archive: null, revision: 1 });
    await index.put([earlier]);
    expect(await index.put([started])).toEqual([dead(tenant, 0)]);
    expect(await index.get(tenant, later.runId)).toEqual(started);
    expect(await index.put([later])).toEqual([]);
    expect(await index.get(tenant, later.runId)).toEqual(later);
  });

  it(`${label}: what comes late of the earlier run changes nothing, and its record is dead`, async () => {
    const { index, archiveBook, values, tenant } = await open();
    const later = laterOf(tenant);
    await index.put([later]);
    const news = sampleSummary({ tenant, createdAt: 1_000, revision: 99, status: "waiting", tags: ["old"] });
    expect(await index.put([news])).toEqual([]);
    expect(await index.put([earlierOf(tenant)])).toEqual([dead(tenant, 0)]);
    expect(await index.get(tenant, later.runId)).toEqual(later);
    expect((await index.search(tenant, { ...ANY_RUN, tag: "old" }, ALL)).items).toEqual([]);
    expect(await archiveBook.erasures(10, place(tenant, 0).key)).toEqual([dead(tenant, 0)]);
    expect(await values.referenced(tenant, [`values/${tenant}/old`])).toEqual(new Set());
    expect((await values.doubts(tenant, 2 * DAY, 100)).map(({ key }) => key)).toContain(`values/${tenant}/old`);
  });

  it(`${label}: what comes late of the earlier run changes nothing of a later one under way, either`, async () => {
    const { index, tenant } = await open();
    const started = sampleSummary({ tenant, createdAt: 1_000 + DAY, revision: 1 });
    await index.put([started]);
    await index.put([sampleSummary({ tenant, createdAt: 1_000, revision: 99, status: "waiting" })]);
    expect(await index.get(tenant, started.runId)).toEqual(started);
    expect(await index.put([earlierOf(tenant)])).toEqual([dead(tenant, 0)]);
    expect(await index.get(tenant, started.runId)).toEqual(started);
  });

  it.each(["the earlier first", "the later first"])(`${label}: both in one call, %s`, async (order) => {
    const { index, tenant } = await open();
    const [earlier, later] = [earlierOf(tenant), laterOf(tenant)];
    const rows = order === "the earlier first" ? [earlier, later] : [later, earlier];
    expect(await index.put(rows)).toEqual([dead(tenant, 0)]);
    expect(await index.get(tenant, later.runId)).toEqual(later);
    expect((await index.search(tenant, { ...ANY_RUN, tag: "old" }, ALL)).items).toEqual([]);
  });

  it(`${label}: a deleted earlier run does not swallow the later one`, async () => {
    const { index, retention, tenant } = await open();
    const [earlier, later] = [earlierOf(tenant), laterOf(tenant)];
    await index.put([earlier]);
    await retention.delete(tenant, earlier.runId, 2_000);
    expect(await index.put([later])).toEqual([]);
    expect(await index.get(tenant, later.runId)).toEqual(later);
    expect(await index.put([earlier])).toEqual([dead(tenant, 0)]);
    expect(await index.get(tenant, later.runId)).toEqual(later);
    expect(await retention.delete(tenant, later.runId, 3_000)).toBe("deleted");
    expect(await index.put([earlier, later])).toHaveLength(2);
    expect(await index.get(tenant, later.runId)).toBeNull();
  });

  it(`${label}: who forgets the earlier run leaves the later one alone`, async () => {
    const { index, retention, tenant } = await open();
    const [earlier, later] = [earlierOf(tenant), laterOf(tenant)];
    await index.put([earlier]);
    await index.put([later]);
    await retention.forget(tenant, [earlier], 9_000);
    expect(await index.get(tenant, later.runId)).toEqual(later);
    await retention.forget(tenant, [later], 9_000);
    expect(await index.get(tenant, later.runId)).toBeNull();
    const started = sampleSummary({ tenant, createdAt: 1_000 + DAY });
    await index.put([started]);
    await retention.forgetUnfinished(tenant, earlier, 9_000);
    expect(await index.get(tenant, started.runId)).toEqual(started);
  });

  it(`${label}: a deletion that is forgotten lets the run come back`, async () => {
    const { index, retention, tenant } = await open();
    const [run, other] = [earlierOf(tenant), earlierOf(tenant, { runId: "r00_other", archive: place(tenant, 20) })];
    await index.put([run, other]);
    await retention.delete(tenant, run.runId, 2_000);
    await retention.undelete(tenant, run.runId);
    await retention.undelete(tenant, other.runId);
    expect(await index.get(tenant, other.runId)).toEqual(other);
    const back = { ...run, archive: place(tenant, 30) };
    expect(await index.put([back])).toEqual([]);
    expect(await index.get(tenant, run.runId)).toEqual(back);
  });
}

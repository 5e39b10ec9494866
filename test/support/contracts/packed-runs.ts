import fc from "fast-check";
import { expect, it } from "vitest";
import { ArchiveIndex } from "../../../src/app/archive/archive-index.ts";
import { eraseRecords } from "../../../src/app/archive/archive-eraser.ts";
import { readArchived } from "../../../src/app/archive/run-archive.ts";
import { layOut } from "../../../src/core/archive/layout.ts";
import { isPacked } from "../../../src/core/archive/packed.ts";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { generationKey } from "../../../src/core/run/model/generation.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { summaryOf, type RunSummary } from "../../../src/core/run/model/summary.ts";
import { newestFirst, type Position } from "../../../src/core/search/position.ts";
import { ANY_RUN, matchesRun, placeOfRun, type RunQuery } from "../../../src/core/search/run-query.ts";
import { timedUuid } from "../../../src/core/search/told-time.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import type { BlobStore } from "../../../src/spi/blob-store.ts";
import type { RunParts } from "../../../src/spi/books/run-parts.ts";
import type { Figures } from "../../../src/spi/books/figures.ts";
import { sketchPlan } from "../plans.ts";
import { beginRun } from "../runs.ts";
import { archivedSummary, sampleSummary } from "./run-index.ts";
import type { OpenBooks } from "./run-retention.ts";

export interface OpenPacked extends OpenBooks {
  readonly parts: RunParts;
  readonly blobs: BlobStore;
  readonly figures: Figures;
}

const ids = seededIds(11);
const RANDOM = "11111111-1111-4111-8111-111111111111";
/** The first moment of a minute. */
const AT = 1_800_000_000_000;
const ALL = { limit: 100, after: null };
const NODES = ["shout@1.0.0", "shout@2.0.0", "twice@1.0.0"];
const TAGS = ["nightly", 'a"b', "Ünï"];

/** A run that needs no row of its own. */
const packedRun = (tenant: string, after = 0, changes: Partial<RunSummary> = {}): RunSummary =>
  archivedSummary({
    ...{ tenant, runId: runId(after % 7, ids.ulid(AT + after)), correlationId: timedUuid(AT + after, RANDOM) },
    ...{ createdAt: AT + after, finishedAt: AT + after + 40 },
    ...changes,
  });

/** What every index of packed runs must do. `tenant` is one nobody has written to. */
export function packedRunsContract(label: string, open: () => Promise<OpenPacked>, numRuns: number): void {
  let objects = 0;
  async function world() {
    const books = await open();
    const { blobs, parts, tenant } = books;
    const index = new ArchiveIndex({ ...books, log: silentLog });
    return {
      ...books,
      index,
      /** As the archive does it: the object first, then its rows. */
      async archive(runs: readonly RunSummary[], day = "2027-01-15", recordOf = fakeRecord) {
        const key = `runs/${day}/${tenant}-${String(++objects).padStart(5, "0")}.ndjson`;
        const lines = runs.map((summary) => ({
          bytes: new TextEncoder().encode(`${recordOf(summary)}\n`),
          summary: { ...summary, archive: null },
        }));
        const object = layOut(key, lines);
        await blobs.put(key, object.body);
        return { key, object, dead: await index.put(object.rows, object.parts) };
      },
      ids: async (query: Partial<RunQuery> = {}) =>
        (await index.search(tenant, { ...ANY_RUN, ...query }, ALL)).items.map((run) => run.runId),
      read: (id: string) => readArchived(tenant, id, { index, blobs }),
      covering: (from: number, to = from) => parts.covering([{ tenant, from: AT + from, to: AT + to }]),
    };
  }
  const fakeRecord = ({ runId: id, createdAt }: RunSummary): string => JSON.stringify({ id, createdAt });

  it(`${label}: a packed run is found as ever, by one read of the index, and has no row`, async () => {
    const { index, archive, read, parts, tenant } = await world();
    const runs = [packedRun(tenant, 5), packedRun(tenant, 3), packedRun(tenant, 61_000)];
    const { object, dead } = await archive(runs);
    expect(dead).toEqual([]);
    expect(object.parts.map(({ runs: held }) => held)).toEqual([2, 1]);
    for (const run of object.rows) {
      expect(await index.get(tenant, run.runId)).toEqual(run);
      expect((await parts.find(tenant, run.runId)).row).toBeNull();
      expect(await index.places(tenant, run.runId)).toEqual([run.archive]);
      expect(await read(run.runId)).toBe(fakeRecord(run));
      expect(await index.get(`${tenant}-other`, run.runId)).toBeNull();
    }
    expect(await index.settled(runs)).toEqual(new Set(runs.map(generationKey)));
    expect(await index.settled([packedRun(tenant, 3)])).toEqual(new Set());
    expect(await index.get(tenant, runId(3, ids.ulid(AT + 3)))).toBeNull();
  });

  it(`${label}: searches packed runs and rows as one list, page by page`, async () => {
    const drafts = fc.array(
      fc.record({
        after: fc.constantFrom(0, 1, 2, 59_999, 60_000, 61_000, 130_000),
        isKept: fc.boolean(),
        nodes: fc.uniqueArray(fc.constantFrom(...NODES)),
        tags: fc.uniqueArray(fc.constantFrom(...TAGS)),
        operation: fc.constantFrom("goal.run", "graph.run"),
      }),
      { minLength: 1, maxLength: 14 },
    );
    const maybe = <T>(from: readonly T[]): fc.Arbitrary<T | null> => fc.option(fc.constantFrom(...from), { freq: 2 });
    const queries: fc.Arbitrary<RunQuery> = fc.record({
      status: maybe(["succeeded", "running"] as const),
      node: maybe(["shout", "shout@2.0.0", "twice", "absent"]),
      tag: maybe([...TAGS, "absent"]),
      operation: maybe(["goal.run", "graph.run"]),
      correlationId: maybe([timedUuid(AT + 1, RANDOM), timedUuid(AT + 61_000, RANDOM), RANDOM]),
      from: maybe([AT + 1, AT + 60_000]),
      to: maybe([AT + 2, AT + 60_001, AT + 130_000]),
      text: maybe(["x"]),
    });
    await fc.assert(
      fc.asyncProperty(
        drafts,
        fc.array(queries, { maxLength: 4 }),
        fc.integer({ min: 1, max: 5 }),
        async (given, asked, limit) => {
          const { index, archive, tenant } = await world();
          const runs = given.map(({ after, isKept, ...changes }) =>
            isKept
              ? sampleSummary({
                  ...packedRun(tenant, after, changes),
                  status: "running",
                  finishedAt: null,
                  archive: null,
                })
              : packedRun(tenant, after, changes),
          );
          const ended = runs.filter(({ finishedAt }) => finishedAt !== null);
          await index.put(runs.filter(({ finishedAt }) => finishedAt === null));
          // Objects overlap in time, as those of several rings do.
          for (const own of [ended.filter((_, n) => n % 3 !== 0), ended.filter((_, n) => n % 3 === 0)])
            if (own.length > 0) await archive(own);
          for (const query of [ANY_RUN, ...asked]) {
            const expected = runs.filter((run) => matchesRun(run, query)).map(placeOfRun);
            const found: Position[] = [];
            for (let after: Position | null = null; ;) {
              const page: Awaited<ReturnType<typeof index.search>> = await index.search(tenant, query, {
                limit,
                after,
              });
              found.push(...page.items.map(placeOfRun));
              after = page.next;
              if (after === null) break;
            }
            expect(found).toEqual(expected.toSorted(newestFirst));
          }
        },
      ),
      { numRuns },
    );
  });

  it(`${label}: an unfinished row gives way to the packed run, and late news of it change nothing`, async () => {
    const { index, archive, parts, tenant } = await world();
    const run = packedRun(tenant);
    const started = sampleSummary({ ...run, status: "running", finishedAt: null, archive: null });
    await index.put([started]);
    expect(await index.get(tenant, run.runId)).toEqual(started);
    const { object } = await archive([run]);
    expect(await index.get(tenant, run.runId)).toEqual(object.rows[0]);
    await index.put([{ ...started, revision: 99 }]);
    expect((await parts.find(tenant, run.runId)).row).toBeNull();
  });

  it(`${label}: of two records of a run one survives, however they arrive`, async () => {
    const { archive, ids: found, archiveBook, read, figures, tenant } = await world();
    const [run, other] = [packedRun(tenant, 1), packedRun(tenant, 2)];
    await archive([run]);
    const second = await archive([run, other]);
    expect(second.dead.map(({ object, offset }) => [object, offset])).toEqual([[second.key, 0]]);
    expect(await archiveBook.erasures(10, second.key)).toEqual(second.dead);
    expect(await found()).toEqual([other.runId, run.runId]);
    // Two consumers at once.
    const both = [packedRun(tenant, 8), packedRun(tenant, 9)];
    const answers = await Promise.all([archive(both), archive(both)]);
    expect(answers.flatMap(({ dead }) => dead)).toHaveLength(2);
    expect(await found()).toHaveLength(4);
    for (const { runId: id } of both) expect(await read(id)).not.toBeNull();
    expect(await figures.runs(tenant, AT, 100)).toMatchObject({ created: 4, steps: 16, cachedSteps: 4 });
  });

  it(`${label}: storing the same again changes nothing`, async () => {
    const { index, archive, ids: found, figures, tenant } = await world();
    const { object } = await archive([packedRun(tenant, 1), packedRun(tenant, 2)]);
    expect(await index.put(object.rows, object.parts)).toEqual([]);
    expect(await found()).toHaveLength(2);
    expect(await figures.runs(tenant, AT, 100)).toMatchObject({ created: 2 });
  });

  it(`${label}: a deletion counts for every reader at once, is made real later, and stays true all the while`, async () => {
    const { index, archive, ids: found, read, parts, retention, archiveBook, blobs, figures, tenant } = await world();
    const [gone, kept] = [packedRun(tenant, 1, { tags: ["secret"] }), packedRun(tenant, 2)];
    const { key } = await archive([gone, kept]);
    const row = await index.get(tenant, gone.runId);
    if (row === null) throw new Error("it is not there");
    expect(await Promise.all([parts.delete(row, 900), parts.delete(row, 901)])).toEqual(
      expect.arrayContaining(["deleted", "repeated"]),
    );
    const isGone = async (): Promise<void> => {
      expect(await index.get(tenant, gone.runId)).toBeNull();
      expect(await read(gone.runId)).toBeNull();
      expect(await found()).toEqual([kept.runId]);
      expect(await found({ tag: "secret" })).toEqual([]);
      expect(await figures.runs(tenant, AT, 100)).toMatchObject({ created: 1, steps: kept.steps });
    };
    await isGone();
    expect(await retention.delete(tenant, gone.runId, 902)).toBe("repeated");
    expect(await index.settled([gone])).toEqual(new Set([generationKey(gone)]));
    await eraseRecords(key, { blobs, archiveBook });
    expect(await archiveBook.erasures(10, key)).toEqual([]);
    expect(await blobs.get(key)).not.toMatch(/secret/);
    await isGone();
    // Forgotten, it could come back, and does only from its own new record.
    expect(await retention.forgetDeletions(tenant, 1_000, 10)).toBe(1);
    await isGone();
    expect(await index.settled([gone, kept])).toEqual(new Set([generationKey(kept)]));
    await archive([gone]);
    expect(await read(gone.runId)).not.toBeNull();
    expect(await found()).toEqual([kept.runId, gone.runId]);
  });

  it(`${label}: a deletion taken back before its record is blanked brings nothing back`, async () => {
    const { index, archive, ids: found, read, parts, retention, archiveBook, blobs, tenant } = await world();
    const run = packedRun(tenant, 1);
    const { key } = await archive([run, packedRun(tenant, 2)]);
    const row = await index.get(tenant, run.runId);
    if (row) await parts.delete(row, 900);
    await retention.undelete(tenant, run.runId);
    expect(await read(run.runId)).toBeNull();
    expect(await found()).toHaveLength(1);
    await archive([run]);
    expect(await found()).toHaveLength(2);
    await eraseRecords(key, { blobs, archiveBook });
    expect(await read(run.runId)).not.toBeNull();
    expect(await found()).toHaveLength(2);
  });

  it(`${label}: an expired day goes by range, with its labels, and no run of another day or tenant`, async () => {
    const { archive, ids: found, parts, retention, tenant } = await world();
    const late = packedRun(tenant, 0, { tags: ["kept"] });
    const old = [0, 1, 61_000].map((after) => packedRun(tenant, after, { tags: ["old"] }));
    await archive(old, "2027-01-15");
    // Created at the same moment, archived a day later.
    await archive([late], "2027-01-16");
    expect(await parts.forgetBefore(tenant, "2027-01-15", 10)).toEqual({ parts: 0, runs: 0 });
    expect(await parts.forgetBefore(`${tenant}-other`, "2027-01-16", 10)).toEqual({ parts: 0, runs: 0 });
    expect(await parts.forgetBefore(tenant, "2027-01-16", 1)).toEqual({ parts: 1, runs: 2 });
    expect(await parts.forgetBefore(tenant, "2027-01-16", 10)).toEqual({ parts: 1, runs: 1 });
    expect(await found()).toEqual([late.runId]);
    expect(await found({ tag: "old" })).toEqual([]);
    expect(await found({ tag: "kept" })).toEqual([late.runId]);
    expect(await retention.tenants()).toContain(tenant);
    expect(await parts.forgetBefore(tenant, "2027-01-17", 10)).toEqual({ parts: 1, runs: 1 });
    expect(await retention.tenants()).not.toContain(tenant);
  });

  it.each([
    ["lies about a place", (text: string) => text.replace(/,0,(\d+)\]/, ",1,$1]")],
    ["is cut", (text: string) => text.slice(0, -30)],
    ["is blank", (text: string) => text.replace(/#1 .*/, (line) => " ".repeat(line.length))],
  ])(`${label}: an index that %s is found out, and the records are read`, async (_, spoil) => {
    const { index, archive, ids: found, blobs, tenant } = await world();
    const states = [1, 2, 3].map((after) => {
      const begun = beginRun(sketchPlan([]), AT + after);
      const id = runId(after, ids.ulid(AT + after));
      return { ...begun, header: { ...begun.header, tenant, id, correlationId: timedUuid(AT + after, RANDOM) } };
    });
    const records = new Map(states.map((state) => [state.header.id, encodeRun(state)]));
    const runs = states.map((state) => summaryOf(state));
    const { key, object } = await archive(runs, "2027-01-15", (run) => records.get(run.runId) ?? "");
    expect(object.rows.every((row) => isPacked(row))).toBe(true);
    await blobs.put(key, spoil((await blobs.get(key)) ?? ""));
    expect(await found()).toEqual(runs.map((run) => run.runId).toReversed());
    for (const row of object.rows) expect(await index.get(tenant, row.runId)).toEqual(row);
    expect(await index.settled(runs)).toEqual(new Set(runs.map(generationKey)));
  });

  it(`${label}: a lost object loses its own runs and no others`, async () => {
    const { archive, ids: found, read, blobs, tenant } = await world();
    const [lost, kept] = [packedRun(tenant, 1), packedRun(tenant, 2)];
    const { key } = await archive([lost]);
    await archive([kept]);
    await blobs.delete([key]);
    expect(await found()).toEqual([kept.runId]);
    expect(await read(lost.runId)).toBeNull();
    expect(await read(kept.runId)).not.toBeNull();
  });

  it(`${label}: names the parts that may hold a run, and no others`, async () => {
    const { archive, covering, tenant } = await world();
    await archive([packedRun(tenant, 10), packedRun(tenant, 20)]);
    expect(await covering(10, 20)).toHaveLength(1);
    expect(await covering(15)).toHaveLength(1);
    expect(await covering(0, 9)).toEqual([]);
    expect(await covering(21, 59_999)).toEqual([]);
  });
}

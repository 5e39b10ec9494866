import { expect, it } from "vitest";
import { cachedValueKey } from "../../../src/core/cache/blob-key.ts";
import type { CacheEntry } from "../../../src/core/cache/entry.ts";
import type { ResultCache } from "../../../src/spi/result-cache.ts";
import type { RunIndex } from "../../../src/spi/run-index.ts";
import type { RunRetention } from "../../../src/spi/books/run-retention.ts";
import { archivedSummary } from "./run-index.ts";

export interface CacheWorld {
  readonly results: ResultCache;
  readonly index: RunIndex;
  readonly retention: RunRetention;
  readonly tenant: string;
}

const signature = (n: number): string => n.toString(16).padStart(64, "0");

/** An entry with one small value. */
export const sampleEntry = (changes: Partial<CacheEntry> = {}): CacheEntry => ({
  tenant: "default",
  node: "shout",
  version: "1.0.0",
  signature: signature(1),
  outputs: { "text.loud": { v: 'HEY "ü" \u0000 \u2028' } },
  outputHash: "a".repeat(64),
  bytes: 12,
  runId: "r00_1",
  madeAt: 1_000,
  expiresAt: 5_000,
  ...changes,
});

const large = (entry: CacheEntry): CacheEntry => {
  const key = cachedValueKey(entry, entry.runId, 0, entry.madeAt);
  return { ...entry, outputs: { "text.loud": { ref: { key, sha256: "b".repeat(64), bytes: 70_000 } } } };
};

/** What every ResultCache must do. `open` answers one whose tenant has no entries. */
export function resultCacheContract(label: string, open: () => Promise<CacheWorld>): void {
  it(`${label}: finds live entries by key, each as it was stored, in its tenant alone`, async () => {
    const { results, tenant } = await open();
    const entries = [1, 2].map((n) => sampleEntry({ tenant, signature: signature(n), bytes: n }));
    const other = sampleEntry({ tenant, version: "2.0.0", outputs: { a: { v: [1, { b: null }] }, c: { v: 1.5 } } });
    await results.put([...entries, other], []);
    const keys = [...entries, other, sampleEntry({ signature: signature(9) })];
    const found = await results.get(tenant, keys, 4_999);
    expect(found.toSorted((a, b) => a.version.localeCompare(b.version) || a.bytes - b.bytes)).toEqual([
      ...entries,
      other,
    ]);
    expect(await results.get(tenant, keys, 5_000)).toEqual([]);
    expect(await results.get(`${tenant}-other`, keys, 0)).toEqual([]);
    expect(await results.get(tenant, [], 0)).toEqual([]);
  });

  it(`${label}: the newer of two results of a key stays, and says which values nobody needs any more`, async () => {
    const { results, tenant } = await open();
    const first = large(sampleEntry({ tenant, runId: "r00_1", madeAt: 1_000 }));
    const second = large(sampleEntry({ tenant, runId: "r00_2", madeAt: 2_000 }));
    const keyOf = (entry: CacheEntry): string => cachedValueKey(entry, entry.runId, 0, entry.madeAt);
    expect(await results.put([first], [])).toEqual([]);
    expect(await results.put([second], [])).toEqual([keyOf(first)]);
    expect(await results.put([second], [])).toEqual([]);
    expect(await results.put([first], [])).toEqual([keyOf(first)]);
    expect(await results.get(tenant, [first], 0)).toEqual([second]);
  });

  it(`${label}: takes nothing a deleted run has made`, async () => {
    const { results, index, retention, tenant } = await open();
    await index.put([archivedSummary({ tenant, runId: "r00_1" })]);
    await retention.delete(tenant, "r00_1", 2_000);
    const entry = large(sampleEntry({ tenant }));
    expect(await results.put([entry], [])).toEqual([cachedValueKey(entry, entry.runId, 0, entry.madeAt)]);
    expect(await results.get(tenant, [entry], 0)).toEqual([]);
  });

  it(`${label}: adds up what is counted, by node and version`, async () => {
    const { results, tenant } = await open();
    const count = (version: string, hits: number, stored: number) => ({ tenant, node: "shout", version, hits, stored });
    await results.put([sampleEntry({ tenant, bytes: 5 })], [count("1.0.0", 0, 1), count("2.0.0", 1, 0)]);
    await results.put([sampleEntry({ tenant, signature: signature(2), bytes: 6 })], [count("1.0.0", 3, 1)]);
    expect(await results.counts(tenant)).toEqual([count("1.0.0", 3, 2), count("2.0.0", 1, 0)]);
    expect(await results.stats(tenant)).toEqual([
      { node: "shout", version: "1.0.0", entries: 2, bytes: 11, hits: 3, stored: 2 },
      { node: "shout", version: "2.0.0", entries: 0, bytes: 0, hits: 1, stored: 0 },
    ]);
    expect(await results.size(tenant, 10)).toEqual({ entries: 2, bytes: 11 });
    expect((await results.size(tenant, 1)).entries).toBe(1);
    expect(await results.size(`${tenant}-other`, 10)).toEqual({ entries: 0, bytes: 0 });
  });

  it(`${label}: removes by node, version and run, a part at a time`, async () => {
    const { results, tenant } = await open();
    const entries = [
      large(sampleEntry({ tenant })),
      sampleEntry({ tenant, version: "2.0.0", runId: "r00_2" }),
      sampleEntry({ tenant, node: "twice", runId: "r00_2" }),
      sampleEntry({ tenant, node: "twice", version: "3.0.0" }),
    ];
    await results.put(entries, []);
    const left = async (): Promise<number> => (await results.get(tenant, entries, 0)).length;
    expect(await results.clear(`${tenant}-other`, {}, 9)).toEqual({ entries: 0, blobs: [], more: false });
    expect(await results.clear(tenant, { node: "shout", version: "1.0.0" }, 9)).toMatchObject({
      entries: 1,
      blobs: [expect.stringContaining("cache/")],
    });
    expect(await results.clear(tenant, { node: "twice", version: "1.0.0", runId: "r00_1" }, 9)).toMatchObject({
      entries: 0,
    });
    expect(await results.clear(tenant, { runId: "r00_2" }, 9)).toMatchObject({ entries: 2 });
    expect(await left()).toBe(1);
    await results.put(entries.slice(1), []);
    expect(await results.clear(tenant, {}, 2)).toEqual({ entries: 2, blobs: [], more: true });
    expect(await results.clear(tenant, { node: "twice" }, 9)).toMatchObject({ more: false });
    await results.clear(tenant, {}, 9);
    expect(await left()).toBe(0);
  });

  it(`${label}: a tour passes every entry once and removes those that are over`, async () => {
    const { results, tenant } = await open();
    const entries = Array.from({ length: 7 }, (_, n) => sampleEntry({ tenant, signature: signature(n), expiresAt: n }));
    const old = sampleEntry({ tenant, version: "0.1.0", madeAt: 10, expiresAt: 9_000 });
    await results.put([...entries, old], []);
    const round = async (now: number, madeBefore: number | null): Promise<void> => {
      let after: string | null = null;
      do {
        const part = await results.tour(after, { now, madeBefore }, 3);
        after = part.next;
      } while (after !== null);
    };
    const left = async (): Promise<number> => (await results.get(tenant, [...entries, old], -1)).length;
    await round(-1, null);
    expect(await left()).toBe(8);
    await round(3, null);
    expect(await left()).toBe(4);
    await round(0, 11);
    expect(
      (await results.get(tenant, [...entries, old], -1)).map(({ expiresAt }) => expiresAt).toSorted((a, b) => a - b),
    ).toEqual([4, 5, 6]);
  });
}

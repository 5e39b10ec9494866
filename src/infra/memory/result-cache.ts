import { blobKeysOf, isLive, type CacheCount, type CacheEntry, type CacheStats } from "../../core/cache/entry.ts";
import type { CacheKey } from "../../core/cache/signature.ts";
import type { ResultCache } from "../../spi/result-cache.ts";
import { compareTexts, keyOf, RunTables } from "./runs/run-tables.ts";

/** Results in a map. @param tables where deleted runs are remembered: share them with the run index */
export function memoryResultCache(tables: RunTables = new RunTables()): ResultCache {
  const entries = new Map<string, CacheEntry>();
  const counts = new Map<string, CacheCount>();
  const of = (tenant: string): readonly CacheEntry[] => [...entries.values()].filter((one) => one.tenant === tenant);
  const remove = (gone: readonly CacheEntry[]): readonly string[] => {
    for (const entry of gone) entries.delete(placeOf(entry.tenant, entry));
    return gone.flatMap(blobKeysOf);
  };
  return {
    async get(tenant, keys, now) {
      const found = keys.flatMap((key) => entries.get(placeOf(tenant, key)) ?? []);
      return structuredClone(found.filter((entry) => isLive(entry, now)));
    },
    async put(stored, added) {
      const freed: string[] = [];
      for (const entry of stored) {
        const place = placeOf(entry.tenant, entry);
        const known = entries.get(place);
        const isStored =
          !tables.deletions.has(keyOf(entry.tenant, entry.runId)) && entry.madeAt >= (known?.madeAt ?? 0);
        const loser = isStored ? known : entry;
        if (isStored) entries.set(place, structuredClone(entry));
        const held = new Set(blobKeysOf(entries.get(place) ?? { outputs: {} }));
        if (loser) freed.push(...blobKeysOf(loser).filter((key) => !held.has(key)));
      }
      for (const { tenant, node, version, hits, stored: times } of added) {
        const place = JSON.stringify([tenant, node, version]);
        const known = counts.get(place);
        const sum = { hits: hits + (known?.hits ?? 0), stored: times + (known?.stored ?? 0) };
        counts.set(place, { tenant, node, version, ...sum });
      }
      return freed;
    },
    async clear(tenant, { node, version, runId }, limit) {
      const chosen = of(tenant).filter(
        (entry) =>
          (node === undefined || entry.node === node) &&
          (version === undefined || entry.version === version) &&
          (runId === undefined || entry.runId === runId),
      );
      const gone = chosen.slice(0, limit);
      return { entries: gone.length, blobs: remove(gone), more: gone.length === limit };
    },
    async stats(tenant) {
      const stats = new Map<string, CacheStats>();
      const add = ({ node, version }: CacheStats, change: (known: CacheStats) => Partial<CacheStats>): void => {
        const place = JSON.stringify([node, version]);
        const known = stats.get(place) ?? { node, version, entries: 0, bytes: 0, hits: 0, stored: 0 };
        stats.set(place, { ...known, ...change(known) });
      };
      for (const { tenant: _, ...count } of sorted(counts.values(), tenant)) {
        add({ ...count, entries: 0, bytes: 0 }, () => count);
      }
      for (const entry of of(tenant)) {
        add({ ...entry, entries: 0, hits: 0, stored: 0 }, ({ entries: many, bytes }) => ({
          entries: many + 1,
          bytes: bytes + entry.bytes,
        }));
      }
      return [...stats.values()].sort(byNode);
    },
    async counts(tenant) {
      return sorted(counts.values(), tenant);
    },
    async size(tenant, limit) {
      const some = of(tenant).slice(0, limit);
      return { entries: some.length, bytes: some.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
    async tour(after, { now, madeBefore }, limit) {
      const places = [...entries.keys()].sort(compareTexts).filter((place) => after === null || place > after);
      const seen = places.slice(0, limit);
      const gone = seen.flatMap((place) => {
        const entry = entries.get(place);
        const isOver = entry && (!isLive(entry, now) || (madeBefore !== null && entry.madeAt < madeBefore));
        return isOver ? entry : [];
      });
      return { entries: gone.length, blobs: remove(gone), next: seen.length < limit ? null : (seen.at(-1) ?? null) };
    },
  };
}

const placeOf = (tenant: string, { node, version, signature }: CacheKey): string =>
  JSON.stringify([tenant, node, version, signature]);

const byNode = (a: Omit<CacheKey, "signature">, b: Omit<CacheKey, "signature">): number =>
  compareTexts(a.node, b.node) || compareTexts(a.version, b.version);

const sorted = (counts: Iterable<CacheCount>, tenant: string): readonly CacheCount[] =>
  [...counts].filter((count) => count.tenant === tenant).sort(byNode);

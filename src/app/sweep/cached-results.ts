import { blobKeysOf } from "../../core/cache/entry.ts";
import { CACHED_VALUES, readCachedValueKey } from "../../core/cache/blob-key.ts";
import { dayOf, shift, startOf, type Day } from "../../core/retention/day.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { forEach } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/** Where the tour through the entries, and the one through their large values, goes on. */
const ENTRIES_MARK = "cache/entries";
const VALUES_MARK = "cache/values";

/** Removes entries that have expired, and those made before the first day that is kept; goes round the whole cache. */
export async function expireResults(
  { results, marks, blobs }: SweepPorts,
  firstKept: Day | null,
  now: Instant,
  limits: SweepLimits,
): Promise<number> {
  const after = await marks.read(ENTRIES_MARK);
  const end = { now, madeBefore: firstKept === null ? null : startOf(firstKept) };
  const part = await results.tour(after === "" ? null : after, end, limits.objects);
  if (part.blobs.length > 0) await blobs.delete(part.blobs);
  if (part.next !== null || (after ?? "") !== "") await marks.write(ENTRIES_MARK, part.next ?? "");
  return part.entries;
}

/**
 * Deletes large values no entry refers to: their writer died between the two, or the entry's remover did. Goes round,
 * and looks only at values a day older than any writer lives.
 */
export async function collectOrphanedResults(
  { results, marks, blobs }: SweepPorts,
  now: Instant,
  limits: SweepLimits,
): Promise<number> {
  const last = shift(dayOf(now), -2);
  const after = (await marks.read(VALUES_MARK)) ?? "";
  const keys = await blobs.list(CACHED_VALUES, limits.objects, after);
  const read = keys.flatMap((key) => {
    const parts = readCachedValueKey(key);
    return parts && parts.day <= last ? { key, ...parts } : [];
  });
  let deleted = 0;
  await forEach(
    Map.groupBy(read, ({ tenant }) => tenant),
    async ([tenant, own]) => {
      // Expired entries hold their values until they are removed themselves.
      const entries = await results.get(tenant, own, Number.MIN_SAFE_INTEGER);
      const held = new Set(entries.flatMap(blobKeysOf));
      const orphans = own.flatMap(({ key }) => (held.has(key) ? [] : key));
      if (orphans.length > 0) await blobs.delete(orphans);
      deleted += orphans.length;
    },
    ([tenant]) => tenant,
  );
  const next = keys.length < limits.objects ? "" : (keys.at(-1) ?? "");
  if (next !== after) await marks.write(VALUES_MARK, next);
  return deleted;
}

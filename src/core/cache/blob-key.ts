import { dayOf, type Day } from "../retention/day.ts";
import type { Instant, RunId } from "../run/model/state.ts";
import type { CacheKey } from "./signature.ts";

/** Every large value of the cache is under this prefix, by the day it was stored on. */
export const CACHED_VALUES = "cache/";

/** What the key of a cached large value says. */
export interface CachedValueKey extends CacheKey {
  readonly tenant: string;
  readonly day: Day;
}

/**
 * The key of a cached large value. No two entries share one, not even successive ones of the same signature, so that it
 * can be deleted with its entry; the entry can be told from it, so that one without an entry is found.
 *
 * @param place the value's place among the entry's outputs
 */
export function cachedValueKey(
  { tenant, node, version, signature }: CacheKey & { readonly tenant: string },
  runId: RunId,
  place: number,
  now: Instant,
): string {
  return `${CACHED_VALUES}${dayOf(now)}/${encodeURIComponent(tenant)}/${node}@${version}/${signature}/${runId}.${place}`;
}

const FORM = /^cache\/(\d{4}-\d{2}-\d{2})\/((?:[^/%]|%[0-9A-F]{2})+)\/([^/@]+)@([^/]+)\/([0-9a-f]{64})\/[^/]+$/;

/** Reads such a key; null for any other. */
export function readCachedValueKey(key: string): CachedValueKey | null {
  const [, day, tenant, node, version, signature] = FORM.exec(key) ?? [];
  if (!day || !tenant || !node || !version || !signature) return null;
  return { day, tenant: decodeURIComponent(tenant), node, version, signature };
}

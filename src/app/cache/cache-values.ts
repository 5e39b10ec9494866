import { parseJson } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { cachedValueKey } from "../../core/cache/blob-key.ts";
import type { CacheEntry } from "../../core/cache/entry.ts";
import type { CacheDraft } from "../../core/cache/news.ts";
import { StateHasher, textHash } from "../../core/run/model/hash.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { isRef, type StoredValue } from "../../core/run/model/value.ts";
import type { BlobStore } from "../../spi/blob-store.ts";

/** An entry's small values together may take this many characters; a row of the database holds 2 MB. */
const MAX_ROW_CHARS = 300_000;

/** The values of an entry; null when one is missing or they are not what was stored. */
export async function loadEntry(entry: CacheEntry, blobs: BlobStore): Promise<JsonObject | null> {
  const state: Record<string, JsonValue> = {};
  for (const [key, stored] of Object.entries(entry.outputs)) {
    const value = isRef(stored) ? await readRef(stored.ref, blobs) : stored.v;
    if (value === undefined) return null;
    state[key] = value;
  }
  return new StateHasher().state(state) === entry.outputHash ? state : null;
}

/**
 * Makes an entry of a run's result: large values are copied, so that it lasts without its run. Null when a value is
 * missing or the result is too large for the cache.
 */
export async function storeEntry(draft: CacheDraft, blobs: BlobStore, now: Instant): Promise<CacheEntry | null> {
  const small = Object.values(draft.outputs).filter((value) => !isRef(value));
  const chars = JSON.stringify(small).length;
  if (chars > MAX_ROW_CHARS) return null;
  const outputs: Record<string, StoredValue> = {};
  const state: Record<string, JsonValue> = {};
  let bytes = chars;
  for (const [place, [key, stored]] of Object.entries(draft.outputs).entries()) {
    if (!isRef(stored)) {
      outputs[key] = stored;
      state[key] = stored.v;
      continue;
    }
    const text = await blobs.get(stored.ref.key);
    if (text === null || textHash(text) !== stored.ref.sha256) return null;
    const ref = { ...stored.ref, key: cachedValueKey(draft, draft.runId, place, now) };
    await blobs.put(ref.key, text);
    outputs[key] = { ref };
    state[key] = parseJson(text);
    bytes += ref.bytes;
  }
  return { ...draft, outputs, outputHash: draft.outputHash ?? new StateHasher().state(state), bytes };
}

async function readRef(
  { key, sha256 }: Extract<StoredValue, { ref: unknown }>["ref"],
  blobs: BlobStore,
): Promise<JsonValue | undefined> {
  const text = await blobs.get(key);
  return text !== null && textHash(text) === sha256 ? parseJson(text) : undefined;
}

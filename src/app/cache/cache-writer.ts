import type { CacheCount, CacheEntry } from "../../core/cache/entry.ts";
import { cacheNews, type CacheDraft, type CacheNews } from "../../core/cache/news.ts";
import { faultOf } from "../../core/errors.ts";
import type { RunState } from "../../core/run/model/state.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { ResultCache } from "../../spi/result-cache.ts";
import type { CacheReader } from "./cache-reader.ts";
import { storeEntry } from "./cache-values.ts";

export interface CacheWriterPorts {
  readonly results: ResultCache;
  /** The reader of the same isolate: it sees at once what is stored. */
  readonly cache: CacheReader;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Copies of large values that are made at once. */
const COPIES_AT_ONCE = 4;
/** Values of one transaction, in characters. */
const PART_CHARS = 2_000_000;

/**
 * What runs on their way to the archive leave in the cache, gathered while their records are in hand and written in one
 * go. Each run is counted once at most: what is lost by a crash in between is work, and a figure.
 */
export class CacheWriter {
  readonly #ports: CacheWriterPorts;
  readonly #news = new Map<string, CacheNews>();

  constructor(ports: CacheWriterPorts) {
    this.#ports = ports;
  }

  /** @param archived names the record, in the terms of `write` */
  note(archived: string, state: RunState): void {
    const news = cacheNews(state, this.#ports.clock.now());
    if (news.drafts.length > 0 || news.hits.length > 0) this.#news.set(archived, news);
  }

  /** Stores what was noted of all records but those that were archived before. Never rejects. */
  async write(except: ReadonlySet<string>): Promise<void> {
    const { results, cache, blobs, clock, log } = this.#ports;
    const news = [...this.#news].flatMap(([archived, own]) => (except.has(archived) ? [] : own));
    if (news.length === 0) return;
    try {
      const entries = await this.#entriesOf(newest(news.flatMap(({ drafts }) => drafts)));
      const freed: string[] = [];
      const [last = [], ...others] = partsOf(entries).toReversed();
      for (const part of others) freed.push(...(await results.put(part, [])));
      freed.push(...(await results.put(last, countsOf(entries, news))));
      cache.forget();
      if (freed.length > 0) await blobs.delete(freed);
    } catch (thrown) {
      log.warn("results could not be cached; they will be worked out again", {
        correlation_id: [...this.#news.keys()].slice(0, 20).join(" "),
        at: clock.now(),
        code: faultOf(thrown).code,
      });
    }
  }

  async #entriesOf(drafts: readonly CacheDraft[]): Promise<readonly CacheEntry[]> {
    const entries: CacheEntry[] = [];
    for (let from = 0; from < drafts.length; from += COPIES_AT_ONCE) {
      const some = drafts.slice(from, from + COPIES_AT_ONCE);
      const made = await Promise.all(some.map((draft) => this.#entryOf(draft)));
      for (const entry of made) if (entry) entries.push(entry);
    }
    return entries;
  }

  /** A value that cannot be copied now costs its own entry and no other. */
  async #entryOf(draft: CacheDraft): Promise<CacheEntry | null> {
    try {
      return await storeEntry(draft, this.#ports.blobs, this.#ports.clock.now());
    } catch {
      return null;
    }
  }
}

/** Entries that go into the database together: most batches are one part. */
function partsOf(entries: readonly CacheEntry[]): readonly (readonly CacheEntry[])[] {
  const parts: CacheEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const chars = JSON.stringify(entry.outputs).length;
    if (chars > room || parts.length === 0) {
      parts.push([]);
      room = PART_CHARS;
    }
    parts.at(-1)?.push(entry);
    room -= chars;
  }
  return parts;
}

/** One draft a key: the newest. */
function newest(drafts: readonly CacheDraft[]): readonly CacheDraft[] {
  const byKey = new Map<string, CacheDraft>();
  for (const draft of drafts) {
    const key = JSON.stringify([draft.tenant, draft.node, draft.version, draft.signature]);
    const known = byKey.get(key);
    if (!known || draft.madeAt >= known.madeAt) byKey.set(key, draft);
  }
  return [...byKey.values()];
}

function countsOf(entries: readonly CacheEntry[], news: readonly CacheNews[]): readonly CacheCount[] {
  const counts = new Map<string, CacheCount>();
  const add = (one: Omit<CacheCount, "hits" | "stored">, hits: number, stored: number): void => {
    const { tenant, node, version } = one;
    const key = JSON.stringify([tenant, node, version]);
    const known = counts.get(key) ?? { tenant, node, version, hits: 0, stored: 0 };
    counts.set(key, { ...known, hits: known.hits + hits, stored: known.stored + stored });
  };
  for (const entry of entries) add(entry, 0, 1);
  for (const { hits } of news) for (const one of hits) add(one, one.hits, 0);
  return [...counts.values()];
}

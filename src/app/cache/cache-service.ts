import type { CacheStats } from "../../core/cache/entry.ts";
import { faultOf, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { CacheSelection, ResultCache } from "../../spi/result-cache.ts";
import type { CallContext } from "../call-context.ts";
import type { CacheReader } from "./cache-reader.ts";

export interface CacheServicePorts {
  readonly results: ResultCache;
  readonly cache: CacheReader;
  readonly blobs: BlobStore;
}

/** Looking at the result cache, and emptying it. */
export interface CacheService {
  /** By node and version, sorted. */
  stats(call: CallContext): Promise<readonly CacheStats[]>;
  /** Removes every entry the conditions hold for; none means all of the tenant. Answers how many there were. */
  clear(call: CallContext, which: Pick<CacheSelection, "node" | "version">): Promise<Result<number, Fault>>;
}

/** Entries removed in one statement. */
const AT_ONCE = 500;

export function cacheService(ports: CacheServicePorts): CacheService {
  return {
    stats: ({ tenant }) => ports.results.stats(tenant),
    async clear({ tenant }, which) {
      try {
        return ok(await clearEntries(tenant, which, ports));
      } catch (thrown) {
        return err(faultOf(thrown, "the cache could not be cleared"));
      }
    },
  };
}

/** Entries first, then their values: what is left behind in between is found by the sweep. */
export async function clearEntries(
  tenant: string,
  which: CacheSelection,
  { results, cache, blobs }: CacheServicePorts,
): Promise<number> {
  let removed = 0;
  for (let more = true; more;) {
    const gone = await results.clear(tenant, which, AT_ONCE);
    removed += gone.entries;
    more = gone.more;
    if (gone.blobs.length > 0) await blobs.delete(gone.blobs);
  }
  cache.forget();
  return removed;
}

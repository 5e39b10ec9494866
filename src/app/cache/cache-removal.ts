import { LISTED_AT_MOST, type RunSummary } from "../../core/run/model/summary.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { ResultCache } from "../../spi/result-cache.ts";
import type { CacheReader } from "./cache-reader.ts";
import { clearEntries } from "./cache-service.ts";

/** What removing a run's results needs. */
export interface ResultRemovalPorts {
  readonly results: ResultCache;
  readonly cache: CacheReader;
  readonly blobs: BlobStore;
}

/** Removes the results a run has made: looks among those of its nodes, or among all when the list of them was cut. */
export async function removeResultsOf({ tenant, runId, nodes }: RunSummary, ports: ResultRemovalPorts): Promise<void> {
  const selections =
    nodes.length < LISTED_AT_MOST
      ? nodes.map((ref) => ({ node: ref.slice(0, ref.lastIndexOf("@")), version: ref.slice(ref.lastIndexOf("@") + 1) }))
      : [{}];
  for (const selection of selections) await clearEntries(tenant, { ...selection, runId }, ports);
}

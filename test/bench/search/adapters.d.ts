import type { Miniflare } from "miniflare";
import type { BlobStore } from "../../../src/spi/blob-store.ts";
import type { RunParts } from "../../../src/spi/books/run-parts.ts";
import type { RunIndex } from "../../../src/spi/run-index.ts";

/** The archive's adapters on the D1 and R2 of a local Worker; beside their types, which are those of workerd. */
export function openAdapters(mf: Miniflare): Promise<{
  readonly index: RunIndex;
  readonly parts: RunParts;
  readonly blobs: BlobStore;
}>;

import type { RunId } from "../../core/run/model/state.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { RunIndex } from "../../spi/run-index.ts";

export interface RunArchivePorts {
  readonly index: RunIndex;
  readonly blobs: BlobStore;
}

/** The encoded run from the archive; null when it is not there, or was deleted while it was being read. */
export async function readArchived(
  tenant: string,
  id: RunId,
  { index, blobs }: RunArchivePorts,
): Promise<string | null> {
  const place = (await index.get(tenant, id))?.archive;
  if (!place) return null;
  const record = await blobs.get(place.key, { offset: place.offset, length: place.length });
  return record === null || record.trim() === "" ? null : record;
}

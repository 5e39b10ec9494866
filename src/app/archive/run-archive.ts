import type { RunId } from "../../core/run/model/state.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { ArchiveIndex } from "./archive-index.ts";

export interface RunArchivePorts {
  readonly index: Pick<ArchiveIndex, "places">;
  readonly blobs: BlobStore;
}

/**
 * The encoded run from the archive; null when it is not there, or was deleted while it was being read. One read of the
 * index and one of the object, but where two runs are taken for each other.
 */
export async function readArchived(
  tenant: string,
  id: RunId,
  { index, blobs }: RunArchivePorts,
): Promise<string | null> {
  const places = await index.places(tenant, id);
  for (const { key, offset, length } of places) {
    const record = await blobs.get(key, { offset, length });
    if (record === null || record.trim() === "") continue;
    if (places.length === 1 || record.includes(JSON.stringify(id))) return record;
  }
  return null;
}

import { erased } from "../../core/archive/erase.ts";
import { isBlank } from "../../core/retention/erasure.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { ArchiveBook } from "../../spi/books/archive-book.ts";

export interface EraserPorts {
  readonly blobs: BlobStore;
  readonly archiveBook: ArchiveBook;
}

/** More than an archive object has records. */
const MOST_RECORDS = 1_000;

/**
 * Blanks every record of an archive object that is on the list of erasures, takes its run out of the object's own index,
 * and removes an object of which nothing is left. The list is settled last, so what breaks off is done again; other readers and erasers of the object may be at
 * work at the same time.
 */
export async function eraseRecords(object: string, { blobs, archiveBook }: EraserPorts): Promise<void> {
  const due = await archiveBook.erasures(MOST_RECORDS, object);
  if (due.length === 0) return;
  let somethingLeft = false;
  const found = await blobs.replace(object, (body) => {
    const left = erased(body, due);
    somethingLeft = !isBlank(left);
    return left;
  });
  if (found && somethingLeft) return archiveBook.settle(due);
  if (found) await blobs.delete([object]);
  await archiveBook.forget([object]);
}

import { INDEX_MARK } from "../../src/core/archive/index-line.ts";
import { decodeRun } from "../../src/core/run/codec/codec.ts";
import type { RunSummary } from "../../src/core/run/model/summary.ts";
import type { Position } from "../../src/core/search/position.ts";
import { ANY_RUN } from "../../src/core/search/run-query.ts";
import { ArchiveIndex } from "../../src/app/archive/archive-index.ts";
import { silentLog } from "../../src/infra/memory/silent-log.ts";
import type { RunParts } from "../../src/spi/books/run-parts.ts";
import type { BlobStore } from "../../src/spi/blob-store.ts";
import type { RunIndex } from "../../src/spi/run-index.ts";
import type { ArchiveBook } from "../../src/spi/books/archive-book.ts";

export interface Archive {
  /** Runs with rows of their own, and those of parts. */
  readonly index: RunIndex;
  readonly parts: RunParts;
  readonly archiveBook: ArchiveBook;
  readonly blobs: BlobStore;
}

/** Every row of a tenant, newest first. */
export async function rowsOf(
  archive: Pick<Archive, "index" | "parts" | "blobs">,
  tenant = "default",
): Promise<readonly RunSummary[]> {
  const index = new ArchiveIndex({ ...archive, log: silentLog });
  const rows: RunSummary[] = [];
  let after: Position | null = null;
  do {
    const page: Awaited<ReturnType<RunIndex["search"]>> = await index.search(tenant, ANY_RUN, { limit: 100, after });
    rows.push(...page.items);
    after = page.next;
  } while (after !== null);
  return rows;
}

/**
 * What is wrong with an archive at rest: rows whose record cannot be read, records no row points at, objects nobody
 * knows or that are not there, and erasures left undone. Empty when every byte is accounted for.
 */
export async function auditArchive({ index, parts, archiveBook, blobs }: Archive): Promise<readonly string[]> {
  const problems: string[] = [];
  const places = new Map<string, string>();
  for (const { runId, archive } of await rowsOf({ index, parts, blobs })) {
    if (archive === null) continue;
    places.set(`${archive.key}@${archive.offset}`, runId);
    const record = await blobs.get(archive.key, archive);
    if (record === null || record.trim() === "") problems.push(`the record of ${runId} is not there`);
    else if (decodeRun(record).header.id !== runId) problems.push(`the row of ${runId} points at another record`);
  }
  const stored = await blobs.list("runs/");
  for (const key of stored) {
    const text = (await blobs.get(key)) ?? "";
    let offset = 0;
    for (const line of text.split("\n")) {
      if (line.trim() !== "" && !line.startsWith(INDEX_MARK) && !places.has(`${key}@${offset}`))
        problems.push(`a record in ${key} belongs to no row`);
      offset += new TextEncoder().encode(line).length + 1;
    }
    if (text.trim() === "") problems.push(`${key} is empty`);
  }
  const known = await archiveBook.known("runs/");
  for (const key of stored) if (!known.has(key)) problems.push(`nobody knows ${key}`);
  for (const key of known) if (!stored.includes(key)) problems.push(`${key} is not there`);
  for (const { object } of await archiveBook.erasures(1_000))
    problems.push(`bytes of ${object} are still to be erased`);
  return problems;
}
